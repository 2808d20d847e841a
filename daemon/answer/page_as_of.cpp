#include "daemon/answer/page_as_of.h"

#include <algorithm>

namespace seekd::daemon {

Result<std::optional<cache::StoredPage>> find_as_of(cache::PageCache& cache, std::string_view url,
                                                    TimePoint as_of, TimePoint now) {
  const auto versions = cache.versions(url, now);
  if (!versions) return std::unexpected(versions.error());
  const auto then = std::ranges::find_if(
      *versions, [&](const cache::VersionInfo& version) { return version.first_seen <= as_of; });
  if (then == versions->end()) return std::nullopt;
  return cache.find_version(url, then->version, now);
}

}  // namespace seekd::daemon
