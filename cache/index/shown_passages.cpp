#include "cache/index/shown_passages.h"

#include <algorithm>

#include "cache/index/passage_changes.h"

namespace seekd::cache {
namespace {

constexpr std::size_t also_at_max = 10;

}  // namespace

void ShownPassages::add(FoundPassage found) {
  if (duplicates_ == Duplicates::collapse) {
    const auto stand = near_.add(host_of(found.passage.url), found.passage.text);
    if (stand) return set_aside(*stand, std::move(found));
  }
  passages_.push_back(std::move(found.passage));
  canonical_urls_.push_back(std::move(found.canonical_url));
}

void ShownPassages::set_aside(const NearDuplicates::Stand& stand, FoundPassage found) {
  Passage& shown = passages_[stand.text];
  // The page that the shown one calls its own original, where that says as much.
  if (!stand.whole_only && canonical_urls_[stand.text] == found.passage.url) {
    found.passage.score = shown.score;
    found.passage.also_at = std::move(shown.also_at);
    std::erase(found.passage.also_at, found.passage.url);
    std::swap(shown, found.passage);
    canonical_urls_[stand.text] = std::move(found.canonical_url);
  }
  const std::string& url = found.passage.url;
  const bool known =
      url == shown.url || std::ranges::find(shown.also_at, url) != shown.also_at.end();
  if (!known && shown.also_at.size() < also_at_max) shown.also_at.push_back(url);
}

}  // namespace seekd::cache
