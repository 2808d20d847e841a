#include "daemon/service_manager.h"

#include <cassert>
#include <cstdint>

#include <systemd/sd-daemon.h>

namespace seekd::daemon {
namespace {

constexpr std::chrono::seconds time_to_close{10};  // the cache, the model's thread

}  // namespace

void ServiceManager::started() {
  std::uint64_t watchdog_us = 0;
  if (sd_watchdog_enabled(0, &watchdog_us) <= 0) return;
  interval_ = std::chrono::microseconds(watchdog_us) / 2;
  feed();
}

void ServiceManager::status(const std::string& line) {
  assert(!line.contains('\n'));
  sd_notify(0, ("STATUS=" + line).c_str());
}

void ServiceManager::ready() {
  sd_notify(0, "READY=1\nSTATUS=");
}

void ServiceManager::reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now);
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds.count())).c_str());
}

void ServiceManager::stopping(std::chrono::milliseconds grace) {
  const std::chrono::microseconds at_most = grace + time_to_close;
  sd_notify(0, ("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(at_most.count())).c_str());
}

void ServiceManager::feed() {
  if (alive_()) sd_notify(0, "WATCHDOG=1");
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) feed();
  });
}

}  // namespace seekd::daemon
