#include "fetcher/extract/main_content.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "fetcher/extract/block_features.h"
#include "fetcher/extract/content_model.h"
#include "fetcher/extract/page_features.h"
#include "fetcher/extract/page_text.h"
#include "fetcher/extract/text_blocks.h"

namespace seekd::fetcher {
namespace {

// Features of so many blocks are held at a time.
constexpr std::uint32_t rows_at_once = 2048;

// With this many words beside them, readers' comments are not what a page is for.
constexpr double words_without_comments_min = 120;

// What the model doubts stays with what stands around it.
constexpr std::uint32_t list_gap_max = 8;  // blocks
constexpr float list_score_min = 0.1F;
constexpr std::uint32_t quote_gap_max = 10;
constexpr float quote_score_min = 0.05F;
constexpr float title_score_min = 0.3F;
constexpr float heading_score_min = 0.15F;
constexpr std::uint32_t caption_gap_max = 3;
constexpr float caption_score_min = 0.02F;

// The model's doubts are those of a page more than of its blocks. An article is one text, and what
// is doubtful stands around it; what is no article has content in many places. In log-odds, learned
// from the pages that the model has not seen (scripts/train-extraction).
constexpr float article_shift = -0.5F;
constexpr float other_scale = 0.8F;

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

std::vector<float> adjust(std::span<const float> scores, bool article) {
  std::vector<float> adjusted;
  adjusted.reserve(scores.size());
  for (const float score : scores) {
    const float log_odds = std::log(score / (1 - score));
    const float moved = article ? log_odds + article_shift : log_odds * other_scale;
    adjusted.push_back(1 / (1 + std::exp(-moved)));
  }
  return adjusted;
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

// What a page is read as: which of its blocks are kept, by the model first and by structure then.
class Choice {
 public:
  Choice(const PageText& page, std::span<const float> scores, bool article)
      : page_(page), scores_(scores), chosen_(choose(page, adjust(scores, article))) {}

  bool operator[](std::size_t block) const { return chosen_[block]; }

  // Readers' comments go where there is something else to read.
  void leave_out_comments() {
    double words = 0;
    for (std::uint32_t i = 0; i < page_.size(); ++i) {
      if (chosen_[i] && !is_comment(i)) words += page_.shapes[i].words;
    }
    if (words < words_without_comments_min) return;
    for (std::uint32_t i = 0; i < page_.size(); ++i) chosen_[i] = chosen_[i] && !is_comment(i);
  }

  // A few blocks of one kind between two that are kept, none of them unlikely, stay with them.
  void close_gaps(BlockKind kind, std::uint32_t blocks_max, float score_min) {
    std::uint32_t gap =
        blocks_max + 1;  // blocks since the last that is kept, one past for too many
    for (std::uint32_t i = 0; i < page_.size(); ++i) {
      if (chosen_[i]) {
        for (; gap > 0 && gap <= blocks_max; --gap) chosen_[i - gap] = true;
        gap = 0;
      } else {
        const bool closes =
            page_.blocks[i].block.kind == kind && scores_[i] >= score_min && gap <= blocks_max;
        gap = closes ? gap + 1 : blocks_max + 1;
      }
    }
  }

  // A heading stays with the text below it: it is the path to it.
  void keep_headings() {
    bool kept_below = false;
    for (std::uint32_t i = page_.size(); i-- > 0;) {
      if (!page_.is_heading(i)) {
        kept_below = chosen_[i];
      } else if (kept_below) {
        const bool title = page_.blocks[i].block.level == 1;
        chosen_[i] = chosen_[i] || scores_[i] >= (title ? title_score_min : heading_score_min);
      }
    }
  }

 private:
  bool is_comment(std::uint32_t block) const {
    return page_.paths[page_.blocks[block].node].comments != 0;
  }

  const PageText& page_;
  std::span<const float> scores_;
  std::vector<bool> chosen_;
};

}  // namespace

std::vector<Block> extract_main_content(const HtmlTree& tree, const PageClaims& claims,
                                        const std::optional<policy::Url>& url) {
  std::vector<TextBlock> blocks = read_blocks(tree);
  const PageText page(tree, blocks);
  const std::vector<float> scores = score(page, claims, url);
  Choice chosen(page, scores, is_article(claims));
  chosen.close_gaps(BlockKind::list_item, list_gap_max, list_score_min);
  if (!is_discussion(claims, url)) {
    chosen.leave_out_comments();
    // A reply quotes what stands above it; an article quotes what stands nowhere else.
    chosen.close_gaps(BlockKind::quote, quote_gap_max, quote_score_min);
  }
  chosen.keep_headings();
  chosen.close_gaps(BlockKind::caption, caption_gap_max, caption_score_min);
  std::vector<Block> content;
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    if (chosen[i]) content.push_back(std::move(blocks[i].block));
  }
  return content;
}

}  // namespace seekd::fetcher
