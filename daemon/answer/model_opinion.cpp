#include "daemon/answer/model_opinion.h"

#include <cassert>
#include <cmath>
#include <vector>

#include "daemon/answer/prompt.h"

namespace seekd::daemon {

// Asked of the embedded model of 135 million, the opinion is worth nothing: of FreshQA's questions
// it ranks those whose answers change below the others (docs/measurements.md).
bool is_asked(config::ModelAsked when, std::uint64_t parameters) {
  constexpr std::uint64_t large = 7'000'000'000;
  return when == config::ModelAsked::always ||
         (when == config::ModelAsked::automatic && parameters >= large);
}

model::ScoreRequest opinion_request(const std::string& question, model::Priority priority) {
  return {.messages = {{model::Role::system,
                        "You decide whether a question can only be answered with information that "
                        "changes over time, such as news, prices, office holders or records. "
                        "Answer Yes or No."},
                       {model::Role::user, question}},
          .continuations = {"Yes", "No"},
          .cache_salt = {},
          .priority = priority};
}

model::ScoreRequest coverage_request(const Question& question, std::span<const Passage> passages,
                                     TimePoint now) {
  const std::vector<model::Message> asked{
      {model::Role::system,
       "You are given passages of web pages and a question. Decide whether the passages state what "
       "is needed to answer the question. Answer Yes or No."},
      {model::Role::user, question.text()}};
  return {.messages = build_prompt(asked, passages, Task::as_asked, {now, question.as_of}),
          .continuations = {"Yes", "No"},
          .cache_salt = prompt_salt(question.scope, passages, question.cache_salt),
          .priority = question.priority};
}

double opinion_of(std::span<const model::Score> scores) {
  assert(scores.size() == 2);
  return 1 / (1 + std::exp(scores[1].log_probability - scores[0].log_probability));
}

}  // namespace seekd::daemon
