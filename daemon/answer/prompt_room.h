// PromptRoom: how much of the model's context a question leaves to passages, and which of them go
// in.
//
// Not thread-safe; owned by an AnswerMachine. No I/O but what the model's counting functions do.

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "daemon/answer/question.h"
#include "policy/passages.h"
#include "policy/result.h"

namespace seekd::daemon {

// What an answer needs to know of the model beside its text.
struct ModelView {
  std::size_t context_tokens = 0;
  policy::TokenCounter count_tokens;
  std::function<Result<std::size_t>(const std::vector<model::Message>&)> count_prompt_tokens;
};

class PromptRoom {
 public:
  explicit PromptRoom(ModelView model) : model_(std::move(model)) {}

  // Errors: too_large (the conversation alone fills the context; the message says both numbers),
  // the counter's.
  Status measure(const Question& question);

  // The passages for the prompt, in its order. REQUIRES: measure() succeeded.
  std::vector<Passage> choose(std::vector<Passage> candidates, const Question& question,
                              TimePoint now) const;

  const ModelView& model() const { return model_; }
  std::size_t question_tokens() const { return question_tokens_; }

 private:
  bool fits(const std::vector<model::Message>& prompt, const Question& question) const;

  ModelView model_;
  std::size_t question_tokens_ = 0;  // of the conversation without passages
};

}  // namespace seekd::daemon
