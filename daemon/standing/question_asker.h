// QuestionAsker: asks a standing question as if its owner asked it now: with his rights, his sites,
// his limits, behind everybody who waits for an answer.
//
// All functions are called on the I/O thread; callbacks run there.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/access/caller.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/answer_desk.h"
#include "daemon/refresh/watch.h"
#include "daemon/standing/standing_answer.h"

namespace seekd::daemon {

class QuestionAsker {
 public:
  // REQUIRES: services outlive this.
  explicit QuestionAsker(Services& services) : services_(services) {}

  const boost::asio::any_io_executor& executor() const { return services_.executor; }

  // The owner as he is now. Errors: invalid_argument (he is gone, or may no longer ask or watch).
  Result<Caller> owner_of(const StandingQuestion& question) const;

  // `done` is called exactly once, never inside this call. Errors: unavailable (the model answers
  // nobody), busy (a limit of his), invalid_argument (his sites leave none).
  using Done = std::function<void(const Result<Answer>&)>;
  Result<std::shared_ptr<AnswerDesk::Seat>> ask(const Caller& owner, std::uint64_t watch,
                                                const StandingQuestion& question,
                                                const std::string& trace_id, Done done);

 private:
  Services& services_;
};

// What is kept of an answer.
StandingAnswer standing_answer_of(const Answer& answer, TimePoint now);

}  // namespace seekd::daemon
