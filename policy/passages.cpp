#include "policy/passages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace seekd::policy {
namespace {

bool in_canonical_order(const Passage& a, const Passage& b) {
  return std::tie(a.url, a.byte_begin, a.byte_end, a.version) <
         std::tie(b.url, b.byte_begin, b.byte_end, b.version);
}

// Best first; equals in canonical order, so that the same candidates give the same choice however
// they came.
void sort_by_worth(std::vector<Passage>& passages) {
  const auto worth = [](const Passage& passage) {
    return std::isnan(passage.score) ? -std::numeric_limits<double>::infinity() : passage.score;
  };
  std::ranges::sort(passages, [&](const Passage& a, const Passage& b) {
    if (worth(a) != worth(b)) return worth(a) > worth(b);
    return in_canonical_order(a, b);
  });
}

// Byte ranges are comparable within one snapshot alone; of two versions of a page the text decides.
bool repeats(const Passage& passage, const Passage& chosen) {
  if (chosen.text.find(passage.text) != std::string::npos) return true;
  return passage.url == chosen.url && passage.snapshot_hash == chosen.snapshot_hash &&
         passage.byte_begin < chosen.byte_end && chosen.byte_begin < passage.byte_end;
}

}  // namespace

std::vector<Passage> select_passages(std::vector<Passage> candidates, std::size_t tokens_max,
                                     std::size_t passages_max, const TokenCounter& count_tokens,
                                     const PassageCutter& cut) {
  sort_by_worth(candidates);
  std::vector<Passage> chosen;
  std::size_t tokens_left = tokens_max;
  for (Passage& candidate : candidates) {
    if (chosen.size() >= passages_max || tokens_left == 0) break;
    const auto is_repeated = [&](const Passage& other) { return repeats(candidate, other); };
    if (candidate.text.empty() || std::ranges::any_of(chosen, is_repeated)) continue;
    std::optional<Passage> fitting = cut(candidate, tokens_left);
    // A shorter one further down may still fit.
    if (!fitting) continue;
    tokens_left -= std::min(tokens_left, count_tokens(fitting->text));
    chosen.push_back(std::move(*fitting));
  }
  std::ranges::sort(chosen, in_canonical_order);
  return chosen;
}

}  // namespace seekd::policy
