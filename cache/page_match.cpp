#include "cache/page_match.h"

#include <algorithm>

#include "cache/index/passage_changes.h"
#include "policy/collection.h"
#include "policy/egress.h"

namespace seekd::cache {
namespace {

bool is_url(std::string_view what) {
  return what.contains("://");
}

// All below it is meant: a URL that ends so is a page's.
bool is_folder(std::string_view what) {
  return what.ends_with('/') && !is_url(what);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
         c == '[' || c == ']';
}

}  // namespace

Result<PageMatch> PageMatch::parse(std::string_view what) {
  if (what.starts_with(policy::collection_prefix(""))) return parse_in_collection(what);
  if (is_url(what)) {
    auto url = policy::parse_page_address(what);
    if (!url) return std::unexpected(std::move(url.error()));
    return PageMatch(*std::move(url));
  }
  if (what.empty() || what == "." || !std::ranges::all_of(what, is_host_character)) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(what) +
                    "' names no page, no site and no collection: write a URL, \"example.org\", "
                    "\".example.org\" for it and all below it, in lower case, or "
                    "\"collection:NAME\"");
  }
  return PageMatch(std::string(what));
}

Result<PageMatch> PageMatch::parse_in_collection(std::string_view what) {
  const std::string_view name = policy::collection_of(what);
  const std::string whole = policy::collection_prefix(name);
  const bool named = name != policy::web_collection && policy::is_collection_name(name);
  if (named && (what == whole || what == whole + "/")) return PageMatch(whole);
  const bool folder = is_folder(what);
  auto address = policy::parse_page_address(folder ? what.substr(0, what.size() - 1) : what);
  if (!address) return std::unexpected(std::move(address.error()));
  return PageMatch(*address + (folder ? "/" : ""));
}

bool PageMatch::means(std::string_view url) const {
  if (policy::collection_of(what_) != policy::web_collection) {
    return url == what_ || (is_folder(what_) && url.starts_with(what_)) || host_of(url) == what_;
  }
  return is_url(what_) ? url == what_ : policy::host_matches(what_, host_of(url));
}

bool PageMatch::matches(std::string_view url, std::string_view final_url) const {
  return means(url) || means(final_url);
}

}  // namespace seekd::cache
