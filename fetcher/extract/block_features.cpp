#include "fetcher/extract/block_features.h"

#include "fetcher/extract/likeness_features.h"
#include "fetcher/extract/page_features.h"
#include "fetcher/extract/place_features.h"
#include "fetcher/extract/text_features.h"

namespace seekd::fetcher {
namespace {

// What repeats the title in other words than a heading is less likely to be it, as is one word.
constexpr double text_share = 0.8;
constexpr double short_share = 0.5;
constexpr double short_words = 3;

std::uint32_t find_title(const PageText& page, const TextFeatures& text) {
  std::uint32_t found = page.size();
  double best = 0;
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    const double likeness = text.title_overlap(i) * (page.is_heading(i) ? 1 : text_share) *
                            (page.shapes[i].words < short_words ? short_share : 1);
    if (likeness > best) {
      best = likeness;
      found = i;
    }
  }
  return found;
}

}  // namespace

struct BlockFeatures::Parts {
  Parts(const PageText& page, const PageClaims& claims, const std::optional<policy::Url>& url)
      : text(page, claims),
        place(page, find_title(page, text)),
        likeness(page),
        whole(page, claims, url) {}

  TextFeatures text;
  PlaceFeatures place;
  LikenessFeatures likeness;
  PageFeatures whole;
};

BlockFeatures::BlockFeatures(const PageText& page, const PageClaims& claims,
                             const std::optional<policy::Url>& url)
    : parts_(std::make_unique<const Parts>(page, claims, url)) {}

BlockFeatures::~BlockFeatures() = default;

FeatureTable BlockFeatures::table(BlockRange range) const {
  FeatureTable table(range.size());
  for (std::uint32_t block = range.begin; block < range.end; ++block) {
    table.begin_row();
    parts_->text.add(block, table);
    parts_->place.add(block, table);
    parts_->likeness.add(block, table);
    parts_->whole.add(table);
  }
  return table;
}

}  // namespace seekd::fetcher
