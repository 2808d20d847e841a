// PageMatch: which pages a person means by an address, a site or a collection.
//
// A page is meant when its URL, or the one that it was redirected to, is: what a site sent is the
// site's under whatever URL it was asked for. Pure functions, any thread.

#pragma once

#include <string>
#include <string_view>

#include "cache/page_record.h"
#include "policy/result.h"

namespace seekd::cache {

class PageMatch {
 public:
  // `what`: a URL (with "://"), "example.org", or ".example.org" for it and all below it;
  // "collection:NAME", "collection:NAME/FOLDER/" for all below it, or a page's address there
  // (policy/collection.h). Errors: invalid_argument, too_large.
  static Result<PageMatch> parse(std::string_view what);

  // REQUIRES: canonical URLs.
  bool matches(std::string_view url, std::string_view final_url) const;

  // As it is stored and shown: the URL in its canonical form.
  const std::string& text() const { return what_; }

 private:
  explicit PageMatch(std::string what) : what_(std::move(what)) {}
  static Result<PageMatch> parse_in_collection(std::string_view what);
  bool means(std::string_view url) const;

  std::string what_;
};

}  // namespace seekd::cache
