#include "fetcher/broker/politeness.h"

#include <algorithm>

namespace seekd::fetcher {

Politeness::Answer Politeness::ask(Ticket ticket, const std::string& host) {
  if (waiting_.size() >= limits_.waiting_max) return Answer::full;
  waiting_.push_back({ticket, host});
  return Answer::wait;
}

bool Politeness::has_place(const std::string& host, Clock::time_point now) const {
  if (placed_.size() >= limits_.places_max) return false;
  const auto found = hosts_.find(host);
  return found == hosts_.end() || (found->second.placed < limits_.per_host_max &&
                                   now >= found->second.last + limits_.per_host_interval);
}

std::vector<Politeness::Ticket> Politeness::due(Clock::time_point now) {
  forget_idle(now);
  std::vector<Ticket> tickets;
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    if (!has_place(waiting->host, now)) {
      ++waiting;
      continue;
    }
    Host& host = hosts_[waiting->host];
    ++host.placed;
    host.last = now;
    tickets.push_back(waiting->ticket);
    placed_.emplace(waiting->ticket, std::move(waiting->host));
    waiting = waiting_.erase(waiting);
  }
  return tickets;
}

void Politeness::leave(Ticket ticket, Clock::time_point now) {
  std::erase_if(waiting_, [ticket](const Waiting& waiting) { return waiting.ticket == ticket; });
  const auto placed = placed_.extract(ticket);
  if (!placed) return;
  --hosts_[placed.mapped()].placed;
  forget_idle(now);
}

void Politeness::forget_idle(Clock::time_point now) {
  std::erase_if(hosts_, [&](const auto& entry) {
    return entry.second.placed == 0 && now >= entry.second.last + limits_.per_host_interval;
  });
}

std::optional<Politeness::Clock::time_point> Politeness::next_change(Clock::time_point now) const {
  std::optional<Clock::time_point> next;
  for (const Waiting& waiting : waiting_) {
    const auto found = hosts_.find(waiting.host);
    if (found == hosts_.end()) continue;
    const auto end = found->second.last + limits_.per_host_interval;
    if (end > now && (!next || end < *next)) next = end;
  }
  return next;
}

}  // namespace seekd::fetcher
