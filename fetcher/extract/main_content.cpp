#include "fetcher/extract/main_content.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "fetcher/extract/block_features.h"
#include "fetcher/extract/content_model.h"
#include "fetcher/extract/page_features.h"
#include "fetcher/extract/page_text.h"
#include "fetcher/extract/text_blocks.h"
#include "fetcher/extract/visibility.h"

namespace seekd::fetcher {
namespace {

// Features of so many blocks are held at a time.
constexpr std::uint32_t rows_at_once = 2048;

// With this many words beside them, readers' comments are not what a page is for.
constexpr double words_without_comments_min = 120;

std::vector<float> score(const PageText& page, const PageClaims& claims,
                         const std::optional<policy::Url>& url) {
  const BlockFeatures features(page, claims, url);
  std::vector<float> scores;
  for (std::uint32_t begin = 0; begin < page.size(); begin += rows_at_once) {
    const std::uint32_t end = std::min(begin + rows_at_once, page.size());
    const std::vector<float> some = content_scores(content_model, features.table({begin, end}));
    scores.insert(scores.end(), some.begin(), some.end());
  }
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    if (page.paths[page.blocks[i].node].consent) scores[i] = 0;
  }
  return scores;
}

// The best block, and those that follow as long as each raises the expected F1 of all.
std::vector<bool> choose(const PageText& page, std::span<const float> scores) {
  std::vector<std::uint32_t> order(page.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](auto i) { return scores[i]; });
  double expected = 0;  // words of main content on the page
  for (const std::uint32_t i : order) expected += scores[i] * page.shapes[i].words;

  double hits = 0;
  double words = 0;
  double best = -1;
  std::size_t best_count = 0;
  for (std::size_t count = 0; count < order.size(); ++count) {
    hits += scores[order[count]] * page.shapes[order[count]].words;
    words += page.shapes[order[count]].words;
    const double f1 = words + expected > 0 ? 2 * hits / (words + expected) : 0;
    if (f1 <= best) continue;
    best = f1;
    best_count = count + 1;
  }
  std::vector<bool> chosen(page.size(), false);
  for (std::size_t i = 0; i < best_count; ++i) chosen[order[i]] = true;
  return chosen;
}

// Readers' comments go where there is something else to read.
void leave_out_comments(const PageText& page, std::vector<bool>& chosen) {
  const auto is_comment = [&](std::uint32_t i) {
    return page.paths[page.blocks[i].node].comments != 0;
  };
  double words = 0;
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    if (chosen[i] && !is_comment(i)) words += page.shapes[i].words;
  }
  if (words < words_without_comments_min) return;
  for (std::uint32_t i = 0; i < page.size(); ++i) chosen[i] = chosen[i] && !is_comment(i);
}

}  // namespace

std::vector<Block> extract_main_content(const HtmlTree& tree, const PageClaims& claims,
                                        const std::optional<policy::Url>& url) {
  std::vector<TextBlock> blocks = read_blocks(tree, hidden_nodes(tree));
  const PageText page(tree, blocks);
  std::vector<bool> chosen = choose(page, score(page, claims, url));
  if (!is_discussion(claims, url)) leave_out_comments(page, chosen);
  std::vector<Block> content;
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    if (chosen[i]) content.push_back(std::move(blocks[i].block));
  }
  return content;
}

}  // namespace seekd::fetcher
