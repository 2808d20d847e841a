#include "daemon/page_clock.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

#include <time.h>

#include "cache/index/passage_changes.h"
#include "daemon/services.h"
#include "policy/http_freshness.h"

namespace seekd::daemon {
namespace {

// "" where the system does not say it: then every start counts as one after a restart of the host.
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::chrono::seconds since_boot() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec);
}

policy::Clocks read_clocks() {
  return {wall_clock(), since_boot()};
}

}  // namespace

PageClock::PageClock(const std::optional<policy::ClockMark>& mark)
    : clock_(mark, boot_id(), read_clocks()) {}

policy::TrustedClock::Reading PageClock::read() const {
  const std::lock_guard lock(mutex_);
  return clock_.read(read_clocks());
}

void PageClock::take(fetcher::FetchReply& reply) {
  if (!reply.page) return;
  FetchedPage& page = *reply.page;
  const std::lock_guard lock(mutex_);
  const policy::Clocks clocks = read_clocks();
  const auto date = policy::date_said(page.headers, clocks.wall);
  if (date) clock_.witness(cache::host_of(page.final_url), *date, clocks);
  const auto reading = clock_.read(clocks);
  if (reading.trust == policy::ClockTrust::trusted) return;
  const auto step = reading.now - clocks.wall;
  page.requested_at += step;
  page.retrieved_at = std::min(page.retrieved_at + step, reading.now);
}

std::optional<policy::ClockMark> PageClock::mark() const {
  const std::lock_guard lock(mutex_);
  return clock_.mark(read_clocks());
}

}  // namespace seekd::daemon
