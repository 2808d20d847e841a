#include "fetcher/broker/host_pauses.h"

#include <algorithm>

namespace seekd::fetcher {

void HostPauses::pause(const std::string& host, Clock::duration time, Clock::time_point now) {
  if (time <= Clock::duration::zero()) return;
  std::erase_if(ends_, [now](const auto& entry) { return entry.second <= now; });
  if (ends_.size() >= hosts_max && !ends_.contains(host)) {
    ends_.erase(
        std::ranges::min_element(ends_, {}, [](const auto& entry) { return entry.second; }));
  }
  ends_[host] = now + std::min<Clock::duration>(time, pause_max);
}

HostPauses::Clock::duration HostPauses::left(const std::string& host, Clock::time_point now) const {
  const auto found = ends_.find(host);
  if (found == ends_.end() || found->second <= now) return Clock::duration::zero();
  return found->second - now;
}

}  // namespace seekd::fetcher
