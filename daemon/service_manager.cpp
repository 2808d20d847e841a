#include "daemon/service_manager.h"

#include <cstdint>

#include <systemd/sd-daemon.h>

namespace seekd::daemon {

void ServiceManager::started() {
  std::uint64_t watchdog_us = 0;
  if (sd_watchdog_enabled(0, &watchdog_us) <= 0) return;
  interval_ = std::chrono::microseconds(watchdog_us) / 2;
  feed();
}

void ServiceManager::ready() {
  sd_notify(0, "READY=1");
}

void ServiceManager::stopping() {
  sd_notify(0, "STOPPING=1");
}

void ServiceManager::feed() {
  sd_notify(0, "WATCHDOG=1");
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) feed();
  });
}

}  // namespace seekd::daemon
