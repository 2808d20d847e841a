// Step 6: answers what an origin's robots.txt says, from the cache, or by one fetch that all who
// ask meanwhile wait for.
//
// One thread (the event loop's); outlives the fetches.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "fetcher/broker/fetch.h"
#include "fetcher/broker/robots_cache.h"

namespace seekd::fetcher {

class RobotsDesk {
 public:
  using Done = std::function<void(const RobotsAnswer&)>;

  explicit RobotsDesk(Door& door) : door_(door) {}

  // `done` is called once, never inside this call. Who asks is bounded by the broker's connections.
  void ask(const policy::Url& url, Done done);

  std::size_t origins() const { return cache_.size(); }

 private:
  std::string key_of(const policy::Url& url) const;
  void answer(const std::string& key, FetchResult result);

  Door& door_;
  RobotsCache cache_;
  std::map<std::string, std::vector<Done>> waiting_;  // while robots.txt is fetched
};

}  // namespace seekd::fetcher
