#include "fetcher/broker/search_keys.h"

#include "fetcher/broker/secret_file.h"

namespace seekd::fetcher {
Result<SearchKeys> SearchKeys::load(std::span<const policy::SearchProvider> providers,
                                    const std::filesystem::path& credentials) {
  SearchKeys keys;
  for (const policy::SearchProvider& provider : providers) {
    const auto file =
        configured_or_credential(provider.key_file, credentials, "search-key-" + provider.name);
    if (file.empty() || provider.key_header.empty()) continue;
    Result<std::string> key = read_secret_line(file, "search.provider's key_file");
    if (!key) return std::unexpected(std::move(key.error()));
    keys.by_provider_[provider.name] = *std::move(key);
  }
  return keys;
}

std::string SearchKeys::field_for(const policy::SearchProvider& provider,
                                  const policy::Url& url) const {
  const auto found = by_provider_.find(provider.name);
  const policy::SiteRule rule = policy::search_rule(provider);
  const bool is_its_own = url.host == rule.host && url.port == rule.port;
  if (found == by_provider_.end() || url.scheme != "https" || !is_its_own) return "";
  return provider.key_header + ": " + found->second;
}

}  // namespace seekd::fetcher
