// AnswerWriter: from the passages to the answer: what the model is asked, what of its text is
// supported, which supports hold; decided without I/O.
//
// Not thread-safe; owned by an AnswerMachine, which hands it the events of the model and of the
// checks, and gives out the actions it adds. Its last action is Finish, perhaps begin()'s.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/answer/answer_events.h"
#include "daemon/answer/echo_filter.h"
#include "daemon/answer/link_filter.h"
#include "daemon/answer/marker_filter.h"
#include "daemon/answer/prompt_room.h"
#include "daemon/answer/question.h"

namespace seekd::daemon {

class AnswerWriter {
 public:
  // REQUIRES: what is referred to outlives this.
  AnswerWriter(const Question& question, const PromptRoom& room, Actions& actions)
      : question_(question),
        room_(room),
        actions_(actions),
        links_([this](std::string_view target) { return leads_to_source(target); }) {}

  // `draft` holds what is known before the model writes: the sources of the passages, notices,
  // usage. REQUIRES: called once, before all others; the passages fit into the room.
  void begin(Answer draft, std::vector<Passage> passages, TimePoint now);

  // Those that are not waited for change nothing.
  void on(event::Tokens& tokens);
  void on(event::Generated& generated);
  void on(const event::Checked& checked);
  // The time for the answer is over: it ends with what is written.
  void overdue();

  bool generating() const { return phase_ == Phase::generating; }
  bool done() const { return phase_ == Phase::done; }

 private:
  enum class Phase : std::uint8_t {
    idle,        // before begin()
    generating,  // the model writes
    checking,    // citations are held against the stored snapshots
    done,        // Finish has been given out
  };

  // Of links in the answer: to a page that stands in the prompt, or to what the caller has written.
  bool leads_to_source(std::string_view target) const;
  void end_text();
  void tell_removed();
  void cut();
  void conclude(const model::Generation& generation);
  void quote();
  void cite(const Support& support);
  void tell_ungrounded();
  // Where the caller wants no ungrounded answer, nothing is sent before it is checked.
  void emit(model::TextDelta delta);
  void finish();
  void end(Result<Answer> answer);

  const Question& question_;
  const PromptRoom& room_;
  Actions& actions_;
  Phase phase_ = Phase::idle;
  LinkFilter links_;
  MarkerFilter content_marker_;
  MarkerFilter reasoning_marker_;
  EchoFilter content_echo_;
  EchoFilter reasoning_echo_;
  TimePoint begun_at_;  // the prompt's
  std::vector<Passage> passages_;
  std::vector<Support> supports_;
  std::size_t preface_bytes_ = 0;  // of answer_.content: ours, not the model's
  bool overdue_ = false;           // while the model wrote
  bool unstored_support_ = false;  // of a page that must not be stored, and so is not cited
  Answer answer_;
};

}  // namespace seekd::daemon
