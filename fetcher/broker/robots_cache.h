// What robots.txt said to an agent, per origin and agent, in memory and bounded. RFC 9309 §2.3 and
// §2.4.
//
// `now` is an argument; one thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "fetcher/broker/fetch_machine.h"

namespace seekd::fetcher {

// §2.3.1: rules where there are some, everything allowed on 4xx, nothing on 5xx or an unreachable
// file. What keeps the origin itself from being reached (its name, its addresses, its certificate)
// is told by its own name.
RobotsAnswer robots_answer(const FetchResult& result);

class RobotsCache {
 public:
  using Clock = std::chrono::steady_clock;

  std::optional<RobotsAnswer> find(const std::string& key, Clock::time_point now) const;
  void store(const std::string& key, RobotsAnswer answer, Clock::time_point now);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    RobotsAnswer answer;
    Clock::time_point expires;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace seekd::fetcher
