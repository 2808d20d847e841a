#include "daemon/answer/quotation.h"

#include <algorithm>
#include <array>

#include "daemon/answer/excerpt.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t candidates_max = 8;

// Headings, labels and questions name a thing and say nothing of it.
bool is_statement(std::string_view text) {
  constexpr std::array<std::string_view, 5> closing = {")", "”", "\"", "’", "）"};
  for (const std::string_view mark : closing) {
    if (text.ends_with(mark)) text.remove_suffix(mark.size());
  }
  constexpr std::array<std::string_view, 4> ends = {".", "!", "。", "！"};
  return std::ranges::any_of(ends, [&](std::string_view end) { return text.ends_with(end); });
}

// The best statement among the sentences that speak of the question enough.
std::optional<RelevantSentence> choose(std::span<const Passage> passages,
                                       std::string_view question) {
  std::optional<RelevantSentence> best;
  for (const RelevantSentence& sentence : relevant_sentences(passages, question, candidates_max)) {
    if (sentence.share < quotation_share_min || !is_statement(sentence.text)) continue;
    if (!best || sentence.score > best->score) best = sentence;
  }
  return best;
}

}  // namespace

std::optional<Quotation> quote_passage(std::span<const Passage> passages, std::string_view question,
                                       Language language) {
  const std::optional<RelevantSentence> sentence = choose(passages, question);
  if (!sentence) return std::nullopt;
  Quotation quotation;
  constexpr std::array<std::string_view, 3> says{"\n\nThe page says: “", "\n\n网页原文：“",
                                                 "\n\nページの原文：“"};
  quotation.text = says[static_cast<std::size_t>(language)];
  const std::size_t begin = quotation.text.size();
  quotation.text += sentence->text;
  const std::size_t end = quotation.text.size();
  quotation.text += "”";
  const std::size_t base = passages[sentence->passage].byte_begin;
  quotation.support = {.sentence = {begin, end},
                       .passage = sentence->passage,
                       .range = {base + sentence->range.begin, base + sentence->range.end}};
  return quotation;
}

}  // namespace seekd::daemon
