#include "daemon/answer/prompt_room.h"

#include <algorithm>
#include <string>

#include "daemon/answer/prompt.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t wording_tokens = 160;  // of a prompt's own words and markers, generously

// Room for the answer that passages do not take: what the caller asks for, at most a quarter of the
// context.
std::size_t answer_room(const Question& question, const ModelView& model) {
  return std::min(question.tokens_max, model.context_tokens / 4);
}

}  // namespace

Status PromptRoom::measure(const Question& question) {
  const auto tokens = model_.count_prompt_tokens(question.messages);
  if (!tokens) return std::unexpected(tokens.error());
  question_tokens_ = *tokens;
  if (question_tokens_ < model_.context_tokens) return {};
  return fail(ErrorCode::too_large, "the messages are " + std::to_string(question_tokens_) +
                                        " tokens long and the model's context holds " +
                                        std::to_string(model_.context_tokens) +
                                        ", the answer included: shorten them");
}

std::vector<Passage> PromptRoom::choose(std::vector<Passage> candidates, const Question& question,
                                        TimePoint now) const {
  const std::size_t taken = question_tokens_ + wording_tokens + answer_room(question, model_);
  if (taken >= model_.context_tokens) return {};
  const std::size_t budget = std::min(question.passage_tokens_max, model_.context_tokens - taken);
  std::vector<Passage> passages = policy::select_passages(
      std::move(candidates), budget, question.passages_max, model_.count_tokens);
  // Titles, headings and the template take tokens that the budget does not see; the worst passages
  // make room for them.
  while (!passages.empty() && !fits(build_prompt(question.messages, passages, now), question)) {
    passages.erase(std::ranges::min_element(passages, {}, &Passage::score));
  }
  return passages;
}

bool PromptRoom::fits(const std::vector<model::Message>& prompt, const Question& question) const {
  const auto tokens = model_.count_prompt_tokens(prompt);
  return tokens && *tokens + answer_room(question, model_) <= model_.context_tokens;
}

}  // namespace seekd::daemon
