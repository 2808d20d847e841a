// What robots.txt said to an agent, per origin and agent, in memory, bounded in number and in
// bytes; what ends first goes first. RFC 9309 §2.3 and §2.4.
//
// `now` is an argument; one thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "fetcher/broker/fetch_machine.h"

namespace seekd::fetcher {

// §2.3.1: rules where there are some, everything allowed on 4xx, nothing on 5xx or an unreachable
// file. What keeps the origin itself from being reached (its name, its addresses, its certificate)
// is told by its own name.
RobotsAnswer robots_answer(FetchResult result);

inline constexpr std::size_t robots_cache_bytes_max = 64 << 20;

class RobotsCache {
 public:
  using Clock = std::chrono::steady_clock;

  using Answer = std::shared_ptr<const RobotsAnswer>;

  // nullptr: nothing is known.
  Answer find(const std::string& key, Clock::time_point now) const;
  void store(const std::string& key, const Answer& answer, Clock::time_point now);
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Answer answer;
    Clock::time_point expires;
    std::size_t bytes = 0;
  };
  using Entries = std::map<std::string, Entry>;

  void erase(Entries::iterator entry);

  Entries entries_;
  std::size_t bytes_ = 0;  // of entries_
};

}  // namespace seekd::fetcher
