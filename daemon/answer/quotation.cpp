#include "daemon/answer/quotation.h"

#include "daemon/answer/excerpt.h"

namespace seekd::daemon {

std::optional<Quotation> quote_passage(std::span<const Passage> passages, std::string_view question,
                                       Language language) {
  const auto best = relevant_sentences(passages, question, 1);
  if (best.empty() || best[0].share < quotation_share_min) return std::nullopt;
  const RelevantSentence& sentence = best[0];
  Quotation quotation;
  quotation.text = language == Language::chinese ? "\n\n网页原文：“" : "\n\nThe page says: “";
  const std::size_t begin = quotation.text.size();
  quotation.text += sentence.text;
  const std::size_t end = quotation.text.size();
  quotation.text += "”";
  const std::size_t base = passages[sentence.passage].byte_begin;
  quotation.support = {.sentence = {begin, end},
                       .passage = sentence.passage,
                       .range = {base + sentence.range.begin, base + sentence.range.end}};
  return quotation;
}

}  // namespace seekd::daemon
