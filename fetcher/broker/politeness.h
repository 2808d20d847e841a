// How many pages are fetched at once, in all and from one host, and how soon after another: who may
// go, who waits, who is told to come back later.
//
// Decides; knows neither timers nor sockets: `now` is an argument, and the caller asks again at
// next_change(). One thread. Fair between hosts: each has a queue of its own with an end, a free
// place goes to the host that holds the fewest and was served longest ago, and no host takes the
// last one beside another of its own. A slow host holds up its own queue alone.
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
  std::size_t places_max = 16;            // in all
  std::size_t waiting_max = 256;          // in all
  std::size_t waiting_per_host_max = 64;  // one more is refused
};

// What holds for a host when somebody asks.
struct HostLimits {
  std::size_t places_max = 2;
  std::chrono::milliseconds interval{0};  // between two requests that are spaced
};

enum class Spacing : std::uint8_t {
  kept,  // a page: not sooner than the host's interval after the page before it
  none,  // robots.txt: it counts as a place, not as a page
};

class Politeness {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;  // the caller's number for one fetch: one wait, then one place

  struct Turn {
    Ticket ticket = 0;
    std::string host;
    HostLimits limits;
    Spacing spacing = Spacing::kept;
    Clock::time_point until;  // nobody waits for a turn that comes later
  };

  explicit Politeness(const PolitenessLimits& limits) : limits_(limits) {}

  // nullopt: due() will name the ticket, perhaps at once. Else it is refused, and has this long to
  // stay away: a queue is full, or the turn would come too late.
  std::optional<std::chrono::milliseconds> ask(const Turn& turn, Clock::time_point now);

  // Those who may go now; each has a place from here on. Of one host first come, first served.
  std::vector<Ticket> due(Clock::time_point now);

  // Gives back a place, or ends a wait.
  void leave(Ticket ticket, Clock::time_point now);

  // When due() may name somebody although nobody leaves: an interval ends. nullopt: not before
  // somebody does.
  std::optional<Clock::time_point> next_change(Clock::time_point now) const;

  std::size_t waiting() const { return waiting_; }
  std::size_t placed() const { return placed_.size(); }

 private:
  struct Host {
    std::size_t placed = 0;
    std::uint64_t served = 0;               // the number of the latest grant; 0: none yet
    std::optional<Clock::time_point> last;  // when the latest spaced turn was let in
    Clock::time_point remembered_until{};   // the interval that `last` began ends
    std::deque<Turn> queue;
  };

  Clock::time_point free_at(const Host& host, const Turn& turn) const;
  Clock::time_point expected_at(const Host& host, const Turn& turn, Clock::time_point now) const;
  bool may_go(const Host& host, Clock::time_point now) const;
  Host* next_host(Clock::time_point now);
  Ticket grant(Host& host, Clock::time_point now);
  void forget_idle(Clock::time_point now);

  PolitenessLimits limits_;
  std::size_t waiting_ = 0;
  std::uint64_t grants_ = 0;
  std::map<Ticket, std::string> placed_;
  std::map<std::string, Host> hosts_;  // with a place, a queue, or within their interval
};

}  // namespace seekd::fetcher
