// What Engine does where a step has failed. docs/decisions/0027 has the reasons.

#include <algorithm>
#include <ranges>
#include <vector>

#include "model/engine/engine_conversation.h"

namespace seekd::model {

// `steps`: those that failed, the earlier first; nullptr: there was none.
void Engine::recover(std::initializer_list<const Step*> steps, const Error& error) {
  watch_.failed(error.code);
  if (const Status device = network_.abandon(); !device) return lose(device.error());
  const bool memory = error.code == ErrorCode::too_large;
  const auto texts = texts_of(steps);
  std::vector<ConversationPtr> ended;
  if (memory && batcher_.shrink()) {
    for (const ConversationPtr& text : std::views::reverse(texts)) put_back(*text);
  } else if (memory) {
    ended = texts;
  } else {
    ended = put_suspects_back(texts);
  }
  for (const ConversationPtr& text : ended) batcher_.remove(*text);
  // Pages that were on their way between the stores may not have arrived; and where it is not known
  // what failed, it is not known what was written.
  if (host_pages_ || !memory) pool_.forget_kept();
  watch_.recovered();
  // Not a caller's prompt is too large, but what there is at the moment too little.
  end_all(ended, {memory ? ErrorCode::unavailable : error.code, error.message});
}

// Of those that have not ended, each once.
std::vector<Engine::ConversationPtr> Engine::texts_of(std::initializer_list<const Step*> steps) {
  std::vector<ConversationPtr> texts;
  for (const Step* step : steps) {
    if (step == nullptr) continue;
    for (const ConversationPtr& text : step->of) {
      const bool known = std::ranges::find(texts, text) != texts.end();
      if (!text->ended && !known) texts.push_back(text);
    }
  }
  return texts;
}

// Each runs alone next, so that the one by which the step failed ends alone. What is not put back
// has failed alone.
std::vector<Engine::ConversationPtr> Engine::put_suspects_back(
    std::span<const ConversationPtr> texts) {
  std::vector<ConversationPtr> guilty;
  for (const ConversationPtr& text : std::views::reverse(texts)) {
    if (texts.size() == 1 || text->suspect) {
      guilty.push_back(text);
    } else {
      text->suspect = true;
      put_back(*text);
    }
  }
  return guilty;
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
