#include "tests/policy/curl_reader.h"

#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

namespace seekd::policy {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::optional<std::string> part(const Handle& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return std::string(text);
}

}  // namespace

Result<Url> read_with_curl(std::string_view text) {
  const Handle url(curl_url(), &curl_url_cleanup);
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(),
                                      CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
  if (code != CURLUE_OK) return fail(ErrorCode::invalid_argument, curl_url_strerror(code));
  const std::string scheme = part(url, CURLUPART_SCHEME).value_or("");
  const std::string host = part(url, CURLUPART_HOST).value_or("");
  const std::string port = part(url, CURLUPART_PORT).value_or("");
  const std::string path = part(url, CURLUPART_PATH).value_or("");
  const std::optional<std::string> query = part(url, CURLUPART_QUERY);
  return canonical_url(
      {.scheme = scheme, .host = host, .port = port, .path = path, .query = query});
}

}  // namespace seekd::policy
