// What tells a block of main content from one that stands around it, in numbers: its text, the text
// beside it, the elements around it, blocks like it, and the page.
//
// Pure; any thread. After M. Kohlschütter et al., "Boilerplate Detection using Shallow Text
// Features" (2010), and T. Vogels et al., "Web2Text: Deep Structured Boilerplate Removal" (2018).
#pragma once

#include <memory>
#include <optional>

#include "fetcher/extract/feature_table.h"
#include "fetcher/extract/metadata.h"
#include "fetcher/extract/page_text.h"
#include "policy/url.h"

namespace seekd::fetcher {

// Computes the features of the blocks of one page, which it refers to.
class BlockFeatures {
 public:
  // `url`: the page's own, nullopt when it is not known.
  BlockFeatures(const PageText& page, const PageClaims& claims,
                const std::optional<policy::Url>& url);
  ~BlockFeatures();
  BlockFeatures(const BlockFeatures&) = delete;
  BlockFeatures& operator=(const BlockFeatures&) = delete;

  // A row per block of the range.
  FeatureTable table(BlockRange range) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace seekd::fetcher
