#include "fetcher/broker/upstream_keys.h"

#include <utility>

#include "fetcher/broker/secret_file.h"

namespace seekd::fetcher {

Result<UpstreamKeys> UpstreamKeys::load(std::span<const policy::Upstream> upstreams,
                                        const std::filesystem::path& credentials) {
  Result<NamedKeys> found = load_named_keys(
      upstreams, credentials, "upstream-key-",
      [](const auto& file) { return read_secret_line(file, "upstream's key_file"); });
  if (!found) return std::unexpected(std::move(found.error()));
  UpstreamKeys keys;
  keys.by_upstream_ = *std::move(found);
  return keys;
}

std::string UpstreamKeys::field_for(const policy::Upstream& upstream,
                                    const policy::Url& url) const {
  const auto found = by_upstream_.find(upstream.name);
  const policy::SiteRule rule = policy::upstream_rule(upstream);
  const bool is_its_own = url.host == rule.host && url.port == rule.port;
  const bool is_unseen = url.scheme == "https" || url.host == "localhost";
  if (found == by_upstream_.end() || !is_its_own || !is_unseen) return "";
  return "Authorization: Bearer " + found->second;
}

}  // namespace seekd::fetcher
