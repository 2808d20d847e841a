#include "fetcher/broker/politeness.h"

#include <algorithm>
#include <tuple>

namespace seekd::fetcher {
namespace {

using std::chrono::milliseconds;

// Of a full queue nobody knows when it moves.
constexpr milliseconds come_back_min{1000};

}  // namespace

// Not before this does the host's interval let `turn` in.
Politeness::Clock::time_point Politeness::free_at(const Host& host, const Turn& turn) const {
  if (!host.last || turn.spacing == Spacing::none) return {};
  return *host.last + turn.limits.interval;
}

// When `turn` would come, as far as the intervals of those before it tell.
Politeness::Clock::time_point Politeness::expected_at(const Host& host, const Turn& turn,
                                                      Clock::time_point now) const {
  const auto first = std::max(now, free_at(host, turn));
  if (turn.spacing == Spacing::none) return first;
  return first + static_cast<int>(host.queue.size()) * turn.limits.interval;
}

std::optional<milliseconds> Politeness::ask(const Turn& turn, Clock::time_point now) {
  forget_idle(now);
  Host& host = hosts_[turn.host];
  const auto expected = expected_at(host, turn, now);
  const bool full =
      waiting_ >= limits_.waiting_max || host.queue.size() >= limits_.waiting_per_host_max;
  if (full || expected > turn.until) {
    return std::max(std::chrono::ceil<milliseconds>(expected - now), come_back_min);
  }
  host.queue.push_back(turn);
  ++waiting_;
  return std::nullopt;
}

bool Politeness::may_go(const Host& host, Clock::time_point now) const {
  if (host.queue.empty()) return false;
  const Turn& turn = host.queue.front();
  const std::size_t kept_for_others = host.placed > 0 ? 1 : 0;
  return placed_.size() + kept_for_others < limits_.places_max &&
         host.placed < turn.limits.places_max && now >= free_at(host, turn);
}

Politeness::Host* Politeness::next_host(Clock::time_point now) {
  const auto rank = [](const Host& host) {
    return std::tuple(host.placed, host.served, host.queue.front().ticket);
  };
  Host* next = nullptr;
  for (auto& [name, host] : hosts_) {
    if (may_go(host, now) && (next == nullptr || rank(host) < rank(*next))) next = &host;
  }
  return next;
}

Politeness::Ticket Politeness::grant(Host& host, Clock::time_point now) {
  Turn turn = std::move(host.queue.front());
  host.queue.pop_front();
  --waiting_;
  ++host.placed;
  host.served = ++grants_;
  if (turn.spacing == Spacing::kept) {
    host.last = now;
    host.remembered_until = now + turn.limits.interval;
  }
  placed_.emplace(turn.ticket, std::move(turn.host));
  return turn.ticket;
}

std::vector<Politeness::Ticket> Politeness::due(Clock::time_point now) {
  std::vector<Ticket> tickets;
  while (Host* const host = next_host(now)) tickets.push_back(grant(*host, now));
  return tickets;
}

void Politeness::leave(Ticket ticket, Clock::time_point now) {
  if (const auto placed = placed_.extract(ticket)) {
    --hosts_[placed.mapped()].placed;
  } else {
    for (auto& [name, host] : hosts_) {
      waiting_ -=
          std::erase_if(host.queue, [ticket](const Turn& turn) { return turn.ticket == ticket; });
    }
  }
  forget_idle(now);
}

void Politeness::forget_idle(Clock::time_point now) {
  std::erase_if(hosts_, [now](const auto& entry) {
    const Host& host = entry.second;
    return host.placed == 0 && host.queue.empty() && now >= host.remembered_until;
  });
}

std::optional<Politeness::Clock::time_point> Politeness::next_change(Clock::time_point now) const {
  std::optional<Clock::time_point> next;
  for (const auto& [name, host] : hosts_) {
    if (host.queue.empty()) continue;
    const auto end = free_at(host, host.queue.front());
    if (end > now && (!next || end < *next)) next = end;
  }
  return next;
}

}  // namespace seekd::fetcher
