#include "cache/index/phrase_filter.h"

#include <algorithm>

namespace seekd::cache {
namespace {

// What has no word in it asks for nothing.
std::vector<std::string> sequences(const std::vector<std::string>& texts, TermReader& terms) {
  std::vector<std::string> sequences;
  for (const std::string& text : texts) {
    std::string sequence = terms.sequence(text);
    if (sequence.size() > 1) sequences.push_back(std::move(sequence));
  }
  return sequences;
}

}  // namespace

PhraseFilter::PhraseFilter(const WrittenQuery& query, TermReader& terms)
    : terms_(terms),
      phrases_(sequences(query.phrases, terms)),
      excluded_(sequences(query.excluded, terms)) {}

bool PhraseFilter::accepts(const Passage& passage) const {
  // An empty word lies between the parts: no phrase goes from one into the next.
  const std::string whole = terms_.sequence(passage.title) + terms_.sequence(passage.heading_path) +
                            terms_.sequence(passage.text);
  const auto has = [&](const std::string& phrase) { return whole.contains(phrase); };
  return std::ranges::all_of(phrases_, has) && std::ranges::none_of(excluded_, has);
}

}  // namespace seekd::cache
