// Thought: how many tokens a text may think, and when its thought is closed.
//
// A thought that has used its budget up is ended by tokens that are put into the text as if the
// model had written them (N. Muennighoff et al., "s1: Simple test-time scaling", 2025): what the
// model has thought so far stays before its answer. Within the last part of the budget it ends
// behind a sentence where one ends. A thought that opens again spends what is left. Decisions
// alone; one text each, one thread at a time.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "model/text/tokenizer.h"

namespace seekd::model {

// What a model's vocabulary has for thoughts.
struct ThoughtMarks {
  TokenId begin = 0;
  TokenId end = 0;
  std::vector<TokenId> closing;                // what a thought is closed by; `end` is among them
  std::function<bool(TokenId)> ends_sentence;  // may a thought be closed behind it?
};

class Thought {
 public:
  // Where the prompt leaves the model.
  enum class At : std::uint8_t {
    outside,
    inside,  // it ends with the mark that begins a thought
  };

  // At most `tokens_max` stand between the marks, but one and those that close it in any case.
  // REQUIRES: `marks` outlive this.
  Thought(const ThoughtMarks& marks, std::size_t tokens_max, At at);

  // The text has a further token.
  void took(TokenId token);

  // Is it to be closed now, behind the last token?
  bool spent() const { return open_ && (taken_ >= hard_ || (taken_ >= soft_ && sentence_ended_)); }

  // May it have to be closed behind the next token?
  bool nearly_spent() const { return open_ && taken_ + 1 >= soft_; }

  std::span<const TokenId> closing() const { return marks_->closing; }

 private:
  const ThoughtMarks* marks_;
  std::size_t hard_;  // tokens of the thought, without those that close it
  std::size_t soft_;  // from here on the end of a sentence is enough
  std::size_t taken_ = 0;
  bool open_;
  bool sentence_ended_ = false;
};

}  // namespace seekd::model
