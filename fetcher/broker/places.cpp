#include "fetcher/broker/places.h"

namespace seekd::fetcher {

std::expected<std::unique_ptr<Places::Place>, std::chrono::milliseconds> Places::ask(
    Politeness::Turn turn, std::function<void()> granted) {
  turn.ticket = ++last_ticket_;
  const auto now = Politeness::Clock::now();
  if (const auto away = politeness_.ask(turn, now)) return std::unexpected(*away);
  granted_.emplace(turn.ticket, std::move(granted));
  pump_at(now);
  return std::make_unique<Place>(*this, turn.ticket);
}

void Places::leave(Politeness::Ticket ticket) {
  granted_.erase(ticket);
  politeness_.leave(ticket, Politeness::Clock::now());
  pump_at(Politeness::Clock::now());
}

void Places::pump_at(Politeness::Clock::time_point when) {
  if (pump_at_ <= when) return;
  pump_at_ = when;
  timer_.expires_at(when);  // takes the place of a later one, which pump() asks for again
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) pump();
  });
}

void Places::pump() {
  pump_at_ = Politeness::Clock::time_point::max();
  const auto now = Politeness::Clock::now();
  for (const Politeness::Ticket ticket : politeness_.due(now)) {
    // One that is called may end others, whose tickets are then gone from the map.
    if (auto granted = granted_.extract(ticket)) granted.mapped()();
  }
  if (const auto next = politeness_.next_change(now)) pump_at(*next);
}

}  // namespace seekd::fetcher
