#include "fetcher/broker/search_keys.h"

#include <utility>

#include "fetcher/broker/secret_file.h"

namespace seekd::fetcher {

Result<SearchKeys> SearchKeys::load(std::span<const policy::SearchProvider> providers,
                                    const std::filesystem::path& credentials) {
  Result<NamedKeys> found = load_named_keys(
      providers, credentials, "search-key-",
      [](const auto& file) { return read_secret_line(file, "search.provider's key_file"); });
  if (!found) return std::unexpected(std::move(found.error()));
  SearchKeys keys;
  keys.by_provider_ = *std::move(found);
  return keys;
}

std::string SearchKeys::field_for(const policy::SearchProvider& provider,
                                  const policy::Url& url) const {
  const auto found = by_provider_.find(provider.name);
  const policy::SiteRule rule = policy::search_rule(provider);
  const bool is_its_own = url.host == rule.host && url.port == rule.port;
  if (found == by_provider_.end() || provider.key_header.empty()) return "";
  if (url.scheme != "https" || !is_its_own) return "";
  return provider.key_header + ": " + found->second;
}

}  // namespace seekd::fetcher
