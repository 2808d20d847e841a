// Politeness with a clock: calls those whose turn has come, and takes places back when their
// holders are destroyed.
//
// One thread (the event loop's). Outlives its places.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fetcher/broker/politeness.h"

namespace seekd::fetcher {

class Places {
 public:
  // A wait, then a place; destroying it ends either.
  class Place {
   public:
    Place(Places& places, Politeness::Ticket ticket) : places_(places), ticket_(ticket) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { places_.leave(ticket_); }

   private:
    Places& places_;
    Politeness::Ticket ticket_;
  };

  Places(boost::asio::io_context& io, const PolitenessLimits& limits)
      : politeness_(limits), timer_(io) {}

  // `granted` is called later, never inside this call. An error is refused, with the time to stay
  // away. The turn's ticket is given here.
  std::expected<std::unique_ptr<Place>, std::chrono::milliseconds> ask(
      Politeness::Turn turn, std::function<void()> granted);

  std::size_t waiting() const { return politeness_.waiting(); }
  std::size_t placed() const { return politeness_.placed(); }

 private:
  void leave(Politeness::Ticket ticket);
  void pump();
  // Or earlier, where that is due already.
  void pump_at(Politeness::Clock::time_point when);

  Politeness politeness_;
  boost::asio::steady_timer timer_;
  Politeness::Clock::time_point pump_at_ = Politeness::Clock::time_point::max();  // timer_'s
  Politeness::Ticket last_ticket_ = 0;
  std::map<Politeness::Ticket, std::function<void()>> granted_;
};

}  // namespace seekd::fetcher
