#include "daemon/answer/passage_cut.h"

#include <algorithm>
#include <span>
#include <vector>

#include "daemon/answer/excerpt.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t valued_max = 1000;  // sentences; a passage has a few

struct Valued {
  ByteRange range;
  std::size_t tokens = 0;
  double value = 0.0;
};

std::vector<Valued> value_sentences(const Passage& passage, std::string_view question,
                                    const policy::TokenCounter& count_tokens) {
  std::vector<Valued> sentences;
  for (const ByteRange range : split_sentences(passage.text)) {
    const auto text = std::string_view(passage.text).substr(range.begin, range.end - range.begin);
    // What stands between two sentences counts with the second.
    sentences.push_back({range, count_tokens(text) + 1, 0.0});
  }
  for (const RelevantSentence& relevant :
       relevant_sentences(std::span(&passage, 1), question, valued_max)) {
    const auto at = std::ranges::find(sentences, relevant.range, &Valued::range);
    if (at != sentences.end()) at->value = relevant.score;
  }
  return sentences;
}

// Sentences [begin, end): of all runs within the tokens the most valuable, of those the longest.
struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
  double value = 0.0;
};

Run best_run(std::span<const Valued> sentences, std::size_t tokens_max) {
  Run best;
  Run run;
  std::size_t tokens = 0;
  for (; run.end < sentences.size();) {
    tokens += sentences[run.end].tokens;
    run.value += sentences[run.end].value;
    ++run.end;
    while (tokens > tokens_max) {
      tokens -= sentences[run.begin].tokens;
      run.value -= sentences[run.begin].value;
      ++run.begin;
    }
    constexpr double rounding = 1e-9;
    const bool longer = run.end - run.begin > best.end - best.begin;
    if (run.value > best.value + rounding || (run.value > best.value - rounding && longer))
      best = run;
  }
  return best;
}

}  // namespace

std::optional<Passage> cut_passage(const Passage& passage, std::string_view question,
                                   std::size_t tokens_max,
                                   const policy::TokenCounter& count_tokens) {
  if (count_tokens(passage.text) <= tokens_max) return passage;
  const std::vector<Valued> sentences = value_sentences(passage, question, count_tokens);
  Run run = best_run(sentences, tokens_max);
  constexpr double worthless = 1e-6;
  while (run.begin < run.end && run.value > worthless) {
    const std::size_t begin = sentences[run.begin].range.begin;
    const std::size_t end = sentences[run.end - 1].range.end;
    Passage cut = passage;
    cut.text = passage.text.substr(begin, end - begin);
    // A tokenizer may count more over a joint than on its two sides.
    if (count_tokens(cut.text) <= tokens_max) {
      cut.byte_end = passage.byte_begin + end;
      cut.byte_begin = passage.byte_begin + begin;
      return cut;
    }
    --run.end;
    run.value -= sentences[run.end].value;
  }
  return std::nullopt;
}

}  // namespace seekd::daemon
