#include "daemon/answer/prompt_room.h"

#include <algorithm>
#include <string>

#include "daemon/answer/passage_cut.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t wording_tokens = 320;  // of a prompt's own words and markers, generously

constexpr std::size_t piece_bytes = 32 * 1024;
constexpr std::size_t cut_tokens = 8;  // a cut through words adds no more than that

// Room for the answer that passages do not take: what the caller asks for, at most a quarter of the
// context.
std::size_t answer_room(const Question& question, const ModelView& model) {
  return std::min(question.tokens_max, model.context_tokens / 4);
}

// Counted piece by piece, and no further than it takes to know: megabytes take seconds.
bool overflows(const std::vector<model::Message>& messages, const ModelView& model) {
  std::size_t tokens = 0;
  for (const model::Message& message : messages) {
    const std::string_view text = message.content;
    if (text.size() <= piece_bytes) continue;
    for (std::size_t begin = 0; begin < text.size(); begin += piece_bytes) {
      const std::size_t counted = model.count_tokens(text.substr(begin, piece_bytes));
      tokens += counted - std::min(counted, cut_tokens);
      if (tokens >= model.context_tokens) return true;
    }
  }
  return false;
}

}  // namespace

Status PromptRoom::measure(const Question& question) {
  if (overflows(question.messages, model_)) {
    return fail(ErrorCode::too_large, "the messages are longer than the model's context of " +
                                          std::to_string(model_.context_tokens) +
                                          " tokens, the answer included: shorten them");
  }
  const auto tokens = model_.count_prompt_tokens(messages_of(question), question.tools);
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
  const auto cut = [&](const Passage& passage, std::size_t tokens_max) {
    return cut_passage(passage, question.text(), tokens_max, model_.count_tokens);
  };
  std::vector<Passage> passages = policy::select_passages(
      std::move(candidates), budget, question.passages_max, model_.count_tokens, cut);
  // Titles, headings and the template take tokens that the budget does not see; the worst passages
  // make room for them.
  while (!passages.empty()) {
    const std::size_t over = overflow(prompt(question, passages, now), question);
    if (over == 0) break;
    const auto worst = std::ranges::min_element(passages, {}, &Passage::score);
    const std::size_t tokens = model_.count_tokens(worst->text);
    auto shorter = over < tokens ? cut(*worst, tokens - over) : std::nullopt;
    if (shorter) {
      *worst = std::move(*shorter);
    } else {
      passages.erase(worst);
    }
  }
  return passages;
}

std::vector<model::Message> PromptRoom::prompt(const Question& question,
                                               std::span<const Passage> passages,
                                               TimePoint now) const {
  const Task task = question.shape ? Task::in_shape : model_.task;
  return build_prompt(messages_of(question), passages, task, {now, question.as_of});
}

std::vector<model::Message> PromptRoom::messages_of(const Question& question) {
  std::vector<model::Message> messages = question.messages;
  if (question.shape) {
    last_asked(messages).content +=
        "\nAnswer in JSON that is valid by this schema, and in nothing else: " +
        question.shape->source();
  }
  return messages;
}

std::size_t PromptRoom::prompt_tokens(const Question& question, std::span<const Passage> passages,
                                      TimePoint now) const {
  return model_.count_prompt_tokens(prompt(question, passages, now), question.tools).value_or(0);
}

std::size_t PromptRoom::overflow(const std::vector<model::Message>& prompt,
                                 const Question& question) const {
  const auto tokens = model_.count_prompt_tokens(prompt, question.tools);
  const std::size_t wanted = tokens.value_or(model_.context_tokens) + answer_room(question, model_);
  return wanted - std::min(wanted, model_.context_tokens);
}

}  // namespace seekd::daemon
