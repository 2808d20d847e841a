#include "model/engine/thought.h"

#include <algorithm>

namespace seekd::model {
namespace {

constexpr std::size_t grace_max = 32;  // tokens before the end in which a sentence may end it

}  // namespace

Thought::Thought(const ThoughtMarks& marks, std::size_t tokens_max, At at)
    : marks_(&marks), open_(at == At::inside) {
  const auto end = std::ranges::find(marks.closing, marks.end);
  const auto lead = static_cast<std::size_t>(end - marks.closing.begin());
  hard_ = tokens_max - std::min(tokens_max, lead);
  soft_ = hard_ - std::min(grace_max, hard_ / 4);
}

void Thought::took(TokenId token) {
  if (token == marks_->begin || token == marks_->end) {
    open_ = token == marks_->begin;
    return;
  }
  if (!open_) return;
  ++taken_;
  sentence_ended_ = taken_ >= soft_ && marks_->ends_sentence(token);
}

}  // namespace seekd::model
