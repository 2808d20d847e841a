#include "daemon/answer/excerpt.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "daemon/answer/text_units.h"

namespace seekd::daemon {
namespace {

using WordSet = std::unordered_set<std::string>;

constexpr double length_weight = 0.02;  // a sentence of 50 words counts half
constexpr std::size_t sentence_bytes_max = 1000;

struct Sentence {
  std::string_view text;
  WordSet terms;
  std::size_t words = 0;
  double score = 0.0;
};

WordSet set_of(const std::vector<std::string>& terms) {
  return {terms.begin(), terms.end()};
}

std::vector<Sentence> read_sentences(std::span<const Passage> passages) {
  std::vector<Sentence> sentences;
  for (const Passage& passage : passages) {
    for (const ByteRange range : split_sentences(passage.text)) {
      const std::string_view text =
          std::string_view(passage.text).substr(range.begin, range.end - range.begin);
      if (text.size() > sentence_bytes_max) continue;
      const TextFacts facts = read_facts(text);
      sentences.push_back(
          {text, set_of(facts.terms), facts.words.size() + facts.ideographs.size(), 0.0});
    }
  }
  return sentences;
}

void score(std::vector<Sentence>& sentences, const WordSet& wanted) {
  std::unordered_map<std::string, std::size_t> holders;
  for (const Sentence& sentence : sentences) {
    for (const std::string& term : sentence.terms) ++holders[term];
  }
  const auto count = static_cast<double>(sentences.size());
  for (Sentence& sentence : sentences) {
    for (const std::string& term : wanted) {
      if (!sentence.terms.contains(term)) continue;
      sentence.score += std::log(1.0 + count / static_cast<double>(holders[term]));
    }
    sentence.score /= 1.0 + length_weight * static_cast<double>(sentence.words);
  }
}

}  // namespace

std::vector<std::string> relevant_sentences(std::span<const Passage> passages,
                                            std::string_view question, std::size_t sentences_max) {
  std::vector<Sentence> sentences = read_sentences(passages);
  score(sentences, set_of(read_facts(question).terms));
  std::vector<std::size_t> best;
  for (std::size_t index = 0; index < sentences.size(); ++index) {
    if (sentences[index].score > 0.0) best.push_back(index);
  }
  std::ranges::stable_sort(
      best, [&](std::size_t a, std::size_t b) { return sentences[a].score > sentences[b].score; });
  best.resize(std::min(best.size(), sentences_max));
  std::ranges::sort(best);
  std::vector<std::string> out;
  for (const std::size_t index : best) out.emplace_back(sentences[index].text);
  return out;
}

}  // namespace seekd::daemon
