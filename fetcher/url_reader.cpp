#include "fetcher/url_reader.h"

#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

namespace seekd::fetcher {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreePart {
  void operator()(char* part) const { curl_free(part); }
};
using Part = std::unique_ptr<char, FreePart>;

// nullptr where the URL has no such part.
Part part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  return Part(curl_url_get(url, which, &text, 0) == CURLUE_OK ? text : nullptr);
}

std::string_view view(const Part& part) {
  return part ? std::string_view(part.get()) : "";
}

}  // namespace

Result<policy::Url> read_url(std::string_view text) {
  if (text.size() > policy::url_bytes_max) {
    return fail(ErrorCode::too_large,
                "curl: the URL has more than " + std::to_string(policy::url_bytes_max) + " bytes");
  }
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "curl: the URL holds a NUL byte");
  }
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url) return fail(ErrorCode::internal, "curl: out of memory");
  // Dot segments are left to canonical_url: parts are compared as each parser cuts them out.
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(),
                                      CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
  if (code != CURLUE_OK) {
    return fail(ErrorCode::invalid_argument, std::string("curl: ") + curl_url_strerror(code));
  }
  const Part scheme = part(url.get(), CURLUPART_SCHEME), host = part(url.get(), CURLUPART_HOST);
  const Part port = part(url.get(), CURLUPART_PORT), path = part(url.get(), CURLUPART_PATH);
  const Part query = part(url.get(), CURLUPART_QUERY);
  policy::UrlParts parts{view(scheme), view(host), view(port), view(path), std::nullopt};
  if (query) parts.query = view(query);
  return policy::canonical_url(parts);
}

}  // namespace seekd::fetcher
