// PageMatch: which pages a person means by a URL or a site.
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
  // `what`: a URL (with "://"), "example.org", or ".example.org" for it and all below it. Errors:
  // invalid_argument.
  static Result<PageMatch> parse(std::string_view what);

  // REQUIRES: canonical URLs.
  bool matches(std::string_view url, std::string_view final_url) const;

  // As it is stored and shown: the URL in its canonical form.
  const std::string& text() const { return what_; }

 private:
  explicit PageMatch(std::string what) : what_(std::move(what)) {}
  bool means(std::string_view url) const;

  std::string what_;
};

}  // namespace seekd::cache
