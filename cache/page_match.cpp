#include "cache/page_match.h"

#include <algorithm>

#include "cache/index/passage_changes.h"
#include "policy/egress.h"
#include "policy/url.h"

namespace seekd::cache {
namespace {

bool is_url(std::string_view what) {
  return what.contains("://");
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
         c == '[' || c == ']';
}

}  // namespace

Result<PageMatch> PageMatch::parse(std::string_view what) {
  if (is_url(what)) {
    Result<policy::Url> url = policy::parse_url(what);
    if (!url) return std::unexpected(std::move(url.error()));
    return PageMatch(url->text());
  }
  if (what.empty() || what == "." || !std::ranges::all_of(what, is_host_character)) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(what) +
                    "' names no page and no site: write a URL, \"example.org\", or "
                    "\".example.org\" for it and all below it, in lower case");
  }
  return PageMatch(std::string(what));
}

bool PageMatch::means(std::string_view url) const {
  return is_url(what_) ? url == what_ : policy::host_matches(what_, host_of(url));
}

bool PageMatch::matches(std::string_view url, std::string_view final_url) const {
  return means(url) || means(final_url);
}

}  // namespace seekd::cache
