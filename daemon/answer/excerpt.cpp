#include "daemon/answer/excerpt.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "daemon/answer/suspicion.h"
#include "daemon/answer/text_units.h"

namespace seekd::daemon {
namespace {

using WordSet = std::unordered_set<std::string>;

constexpr double title_weight = 0.7;    // of a word that the title alone says
constexpr double length_weight = 0.02;  // a sentence of 50 words counts half
constexpr std::size_t sentence_bytes_max = 1000;

struct Candidate {
  RelevantSentence sentence;
  WordSet terms;
  const WordSet* title = nullptr;  // of its page, and the headings above it
  std::size_t words = 0;
};

WordSet set_of(const std::vector<std::string>& terms) {
  return {terms.begin(), terms.end()};
}

std::vector<WordSet> read_titles(std::span<const Passage> passages) {
  std::vector<WordSet> titles;
  for (const Passage& passage : passages) {
    titles.push_back(set_of(read_facts(passage.title + "\n" + passage.heading_path).terms));
  }
  return titles;
}

std::vector<Candidate> read_sentences(std::span<const Passage> passages,
                                      std::span<const WordSet> titles) {
  std::vector<Candidate> candidates;
  for (std::size_t index = 0; index < passages.size(); ++index) {
    const std::string_view passage = passages[index].text;
    const std::vector<ByteRange> suspected = suspected_ranges(passages[index]);
    for (const ByteRange range : split_sentences(passage)) {
      const std::string_view text = passage.substr(range.begin, range.end - range.begin);
      if (text.size() > sentence_bytes_max || touches(suspected, range)) continue;
      const TextFacts facts = read_facts(text);
      candidates.push_back({.sentence = {.passage = index, .range = range, .text = text},
                            .terms = set_of(facts.terms),
                            .title = &titles[index],
                            .words = facts.words.size() + facts.ideographs.size()});
    }
  }
  return candidates;
}

void score(std::vector<Candidate>& candidates, const WordSet& wanted) {
  std::unordered_map<std::string, std::size_t> holders;
  for (const Candidate& candidate : candidates) {
    for (const std::string& term : candidate.terms) ++holders[term];
  }
  const auto count = static_cast<double>(candidates.size());
  for (Candidate& candidate : candidates) {
    std::size_t held = 0;
    double sum = 0.0;
    for (const std::string& term : wanted) {
      const bool said = candidate.terms.contains(term);
      if (!said && !candidate.title->contains(term)) continue;
      held += said ? 1 : 0;
      const auto rarity = std::log(1.0 + count / static_cast<double>(std::max(holders[term], 1UL)));
      sum += said ? rarity : title_weight * rarity;
    }
    if (held == 0) continue;
    candidate.sentence.score = sum / (1.0 + length_weight * static_cast<double>(candidate.words));
    candidate.sentence.share = static_cast<double>(held) / static_cast<double>(wanted.size());
  }
}

}  // namespace

std::vector<RelevantSentence> relevant_sentences(std::span<const Passage> passages,
                                                 std::string_view question,
                                                 std::size_t sentences_max) {
  const std::vector<WordSet> titles = read_titles(passages);
  std::vector<Candidate> candidates = read_sentences(passages, titles);
  score(candidates, set_of(read_facts(question).terms));
  std::vector<std::size_t> best;
  for (std::size_t index = 0; index < candidates.size(); ++index) {
    if (candidates[index].sentence.score > 0.0) best.push_back(index);
  }
  std::ranges::stable_sort(best, [&](std::size_t a, std::size_t b) {
    return candidates[a].sentence.score > candidates[b].sentence.score;
  });
  best.resize(std::min(best.size(), sentences_max));
  std::ranges::sort(best);
  std::vector<RelevantSentence> out;
  out.reserve(best.size());
  for (const std::size_t index : best) out.push_back(candidates[index].sentence);
  return out;
}

}  // namespace seekd::daemon
