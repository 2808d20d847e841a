// PromptRoom: how much of the model's context a question leaves to passages, and which of them go
// in.
//
// Not thread-safe; owned by an AnswerMachine. No I/O but what the model's counting functions do.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "daemon/answer/prompt.h"
#include "daemon/answer/question.h"
#include "policy/passages.h"
#include "policy/result.h"

namespace seekd::daemon {

// What an answer needs to know of the model beside its text.
struct ModelView {
  std::size_t context_tokens = 0;
  Task task = Task::as_asked;
  bool judges = false;       // it is asked what the rules leave open
  bool searches = false;     // it words what the web is searched for
  bool calls_tools = false;  // as in model::ModelInfo
  std::optional<TimePoint> knowledge_cutoff = std::nullopt;  // as policy::AskedOf's
  policy::TokenCounter count_tokens;
  std::function<Result<std::size_t>(const std::vector<model::Message>&,
                                    const std::vector<model::Tool>&)>
      count_prompt_tokens;
};

class PromptRoom {
 public:
  explicit PromptRoom(ModelView model) : model_(std::move(model)) {}

  // Errors: too_large (the conversation alone fills the context), the counter's. What it counts is
  // bounded by the context, not by the conversation.
  Status measure(const Question& question);

  // The passages for the prompt, in its order. REQUIRES: measure() succeeded.
  std::vector<Passage> choose(std::vector<Passage> candidates, const Question& question,
                              TimePoint now) const;

  std::vector<model::Message> prompt(const Question& question, std::span<const Passage> passages,
                                     TimePoint now) const;
  // Of prompt(); 0 where it cannot be counted.
  std::size_t prompt_tokens(const Question& question, std::span<const Passage> passages,
                            TimePoint now) const;

  const ModelView& model() const { return model_; }

 private:
  // The conversation, as it is told which form its answer is to have.
  static std::vector<model::Message> messages_of(const Question& question);
  // Tokens that prompt and answer need beyond the context.
  std::size_t overflow(const std::vector<model::Message>& prompt, const Question& question) const;

  ModelView model_;
  std::size_t question_tokens_ = 0;  // of the conversation without passages
};

}  // namespace seekd::daemon
