#include "fetcher/broker/search_keys.h"

#include <algorithm>

#include "fetcher/broker/secret_file.h"
#include "fetcher/worker/message.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t key_bytes_max = secret_field_bytes_max - 128;  // beside the field's name

// RFC 9110 §5.5: what a field's value may hold, and could not end it.
bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= key_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<std::string> load_key(const std::filesystem::path& file, const std::string& option) {
  Result<std::string> text = read_secret_file(file, option);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (is_key(*text)) return text;
  return fail(ErrorCode::invalid_argument, option + " '" + file.native() +
                                               "': holds no key, which is one line of printable "
                                               "characters");
}

}  // namespace

Result<SearchKeys> SearchKeys::load(std::span<const policy::SearchProvider> providers,
                                    const std::filesystem::path& credentials) {
  SearchKeys keys;
  for (const policy::SearchProvider& provider : providers) {
    const auto file =
        configured_or_credential(provider.key_file, credentials, "search-key-" + provider.name);
    if (file.empty() || provider.key_header.empty()) continue;
    Result<std::string> key = load_key(file, "search.provider's key_file");
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
