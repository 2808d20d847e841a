// Engine::Conversation: a call of the engine as both of its sides see it; Engine::Step: a step that
// has begun. Included by the engine's own files alone.

#pragma once

#include <condition_variable>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/engine/engine.h"

namespace seekd::model {

struct Engine::Conversation : Sequence, std::enable_shared_from_this<Conversation> {
  Sampling sampling;
  std::size_t prompt = 0;  // so many tokens are not the answer's
  std::optional<Thought> thought;
  std::optional<ShapedText> shape;
  std::vector<std::shared_ptr<const TokenMask>> masks;  // of the rows of the step that runs
  // Of a text that is judged and not written: after each of its last tokens, how likely is which?
  std::vector<std::vector<TokenId>> asked;

  // What its caller sees; guarded by mutex_.
  std::vector<DrawnToken> made;               // that were not fetched yet
  std::vector<double> logarithms;             // what was asked, in that order
  std::optional<Result<FinishReason>> ended;  // after the last of them
  std::size_t found = 0;                      // tokens that earlier texts had computed
  bool abandoned = false;                     // its caller waits no more
  std::condition_variable_any news;

  // Of `asked` what the part's rows answer.
  std::span<const std::vector<TokenId>> asked_of(const Batcher::Part& part) const {
    const std::size_t behind = tokens.size() - part.end();
    if (part.logits() == 0) return {};
    return std::span(asked).subspan(asked.size() - behind - part.logits(), part.logits());
  }
};

// A step that has begun.
struct Engine::Step {
  Parts parts;
  std::vector<ConversationPtr> of;  // the parts' texts, kept while the step runs
  std::optional<RowAnswers> said;   // where the step did not wait to be ended
};

// Whatever way its caller leaves by, the engine is told that it need not go on.
class Engine::Attendance {
 public:
  Attendance(Engine& engine, Conversation& conversation)
      : engine_(engine), conversation_(conversation) {}
  ~Attendance() {
    const std::scoped_lock lock(engine_.mutex_);
    conversation_.abandoned = true;
    engine_.changes_.notify_one();
  }
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

 private:
  Engine& engine_;
  Conversation& conversation_;
};

}  // namespace seekd::model
