// Hosts that asked for a pause (Retry-After, RFC 9110 §10.2.3), and until when. Every request to
// such a host keeps it, whoever asks.
//
// Decides; `now` is an argument; one thread. Bounded: a server can silence itself for an hour at
// most, and the host whose pause ends first makes room.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace seekd::fetcher {

class HostPauses {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::hours pause_max{1};
  static constexpr std::size_t hosts_max = 1024;

  void pause(const std::string& host, Clock::duration time, Clock::time_point now);

  // What is left of the host's pause; zero without one.
  Clock::duration left(const std::string& host, Clock::time_point now) const;

 private:
  std::map<std::string, Clock::time_point> ends_;
};

}  // namespace seekd::fetcher
