// How many pages are fetched at once, in all and from one host, and how soon after another: who may
// go, who waits.
//
// Decides; knows neither timers nor sockets: `now` is an argument, and the caller asks again at
// next_change(). One thread. A ticket is the caller's number for one fetch; it has at most one
// place, or one wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace seekd::fetcher {

struct PolitenessLimits {
  std::size_t places_max = 16;  // in all
  std::size_t per_host_max = 2;
  std::chrono::milliseconds per_host_interval{0};
  std::size_t waiting_max = 256;  // in all; one more is refused
};

class Politeness {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;

  enum class Answer : std::uint8_t {
    wait,  // due() will name the ticket, perhaps at once
    full,  // too many wait already
  };

  explicit Politeness(const PolitenessLimits& limits) : limits_(limits) {}

  Answer ask(Ticket ticket, const std::string& host);

  // Those who may go now, first come first served but for hosts that have to wait; each has a place
  // from here on.
  std::vector<Ticket> due(Clock::time_point now);

  // Gives back a place, or ends a wait.
  void leave(Ticket ticket, Clock::time_point now);

  // When due() may name somebody although nobody leaves: an interval ends. nullopt: not before
  // somebody does.
  std::optional<Clock::time_point> next_change(Clock::time_point now) const;

  std::size_t waiting() const { return waiting_.size(); }
  std::size_t placed() const { return placed_.size(); }

 private:
  struct Host {
    std::size_t placed = 0;
    Clock::time_point last{};  // when the latest was let in
  };
  struct Waiting {
    Ticket ticket;
    std::string host;
  };

  bool has_place(const std::string& host, Clock::time_point now) const;
  void forget_idle(Clock::time_point now);

  PolitenessLimits limits_;
  std::deque<Waiting> waiting_;
  std::map<Ticket, std::string> placed_;
  std::map<std::string, Host> hosts_;  // with a place, or within their interval
};

}  // namespace seekd::fetcher
