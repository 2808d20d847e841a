// Features of the page as a whole: what kind of page it may be. The same for each of its blocks.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fetcher/extract/feature_table.h"
#include "fetcher/extract/metadata.h"
#include "fetcher/extract/page_text.h"
#include "policy/url.h"

namespace seekd::fetcher {

class PageFeatures {
 public:
  // `url`: the page's own, nullopt when it is not known.
  PageFeatures(const PageText& page, const PageClaims& claims,
               const std::optional<policy::Url>& url);

  void add(FeatureTable& table) const;

 private:
  void read_text(const PageText& page);
  void read_elements(const PageText& page);
  void read_claims(const PageClaims& claims);
  void read_url(const std::optional<policy::Url>& url);

  std::vector<std::pair<std::string_view, double>> values_;
};

// Does the page say of itself that it is an article: one text?
bool is_article(const PageClaims& claims);

// Does the page say of itself that it is a discussion, whose replies are its content?
bool is_discussion(const PageClaims& claims, const std::optional<policy::Url>& url);

}  // namespace seekd::fetcher
