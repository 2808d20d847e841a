// What systemd is told: that seekd is ready, that it stops, that it still runs (sd_notify(3),
// sd_watchdog_enabled(3)).
//
// All functions are called on the I/O thread. Without systemd they do nothing.

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace seekd::daemon {

class ServiceManager {
 public:
  // `alive`: whether the watchdog is to be fed.
  ServiceManager(const boost::asio::any_io_executor& executor, std::function<bool()> alive)
      : alive_(std::move(alive)), timer_(executor) {}

  // Begins to feed the watchdog, twice within its time, from the I/O thread: a daemon that hangs is
  // restarted, and so is one that says that it is not alive.
  void started();
  // A line for "systemctl status". REQUIRES: it has no line feed.
  void status(const std::string& line);
  void ready();
  // What was changed is read; ready() says when it is done.
  void reloading();
  // It may take that long, whatever TimeoutStopSec= says.
  void stopping(std::chrono::milliseconds grace);

 private:
  void feed();

  const std::function<bool()> alive_;
  boost::asio::steady_timer timer_;
  std::chrono::microseconds interval_{0};
};

}  // namespace seekd::daemon
