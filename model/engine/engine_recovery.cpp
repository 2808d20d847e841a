// What Engine does where a step has failed. docs/decisions/0027 has the reasons.

#include <ranges>
#include <vector>

#include "model/engine/engine_conversation.h"

namespace seekd::model {

// `steps`: those that failed, the earlier first; nullptr: there was none.
void Engine::recover(std::initializer_list<const Step*> steps, const Error& error) {
  watch_.failed(error.code);
  if (const Status device = network_.abandon(); !device) return lose(device.error());
  const bool memory = error.code == ErrorCode::too_large;
  const bool again = memory && batcher_.shrink();
  std::vector<ConversationPtr> texts;
  for (const Step* step : steps) {
    if (step != nullptr) texts.insert(texts.end(), step->of.begin(), step->of.end());
  }
  for (const ConversationPtr& text : std::views::reverse(texts)) {
    again && !text->ended ? put_back(*text) : batcher_.remove(*text);
  }
  // Pages that were on their way between the stores may not have arrived; and where it is not known
  // what failed, it is not known what was written.
  if (host_pages_ || !memory) pool_.forget_kept();
  watch_.recovered();
  // Not a caller's prompt is too large, but what there is at the moment too little.
  if (!again) end_all(texts, {memory ? ErrorCode::unavailable : error.code, error.message});
}

// To begin anew, with the tokens that are known.
void Engine::put_back(Conversation& text) {
  while (is_drawn(text.tokens.back())) text.tokens.pop_back();
  batcher_.put_back(text);
}

void Engine::end_all(std::span<const ConversationPtr> texts, const Error& error) {
  const std::scoped_lock lock(mutex_);
  for (const ConversationPtr& text : texts) {
    if (!text->ended) end(*text, std::unexpected(error));
  }
}

// Nothing is begun any more, and nobody waits.
void Engine::lose(const Error& why) {
  lost_ = true;
  watch_.lose(why.message);
  std::vector<ConversationPtr> texts = served_;
  {
    const std::scoped_lock lock(mutex_);
    texts.insert(texts.end(), arrived_.begin(), arrived_.end());
  }
  end_all(texts, refusal(watch_.health(Clock::now())));
}

}  // namespace seekd::model
