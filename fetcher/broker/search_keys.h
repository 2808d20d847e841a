// What search providers ask for: a key each, out of a file of its own. The broker has them, and
// hands one to the worker that speaks to its provider; seekd, the log and the replies never see it.
//
// Read once, before the sandbox: another key takes a restart. Errors: as read_secret_line().
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "fetcher/broker/named_keys.h"
#include "policy/result.h"
#include "policy/search_provider.h"

namespace seekd::fetcher {

class SearchKeys {
 public:
  // `credentials`: what $CREDENTIALS_DIRECTORY says; of a provider without a key_file the
  // credential "search-key-NAME" is taken, where there is one.
  static Result<SearchKeys> load(std::span<const policy::SearchProvider> providers,
                                 const std::filesystem::path& credentials);

  // The header field to send, "" where there is no key, or where it would not be sent over https.
  std::string field_for(const policy::SearchProvider& provider, const policy::Url& url) const;

 private:
  NamedKeys by_provider_;
};

}  // namespace seekd::fetcher
