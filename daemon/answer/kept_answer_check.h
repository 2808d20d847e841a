// Does an answer that was given before still hold? Each of its pages stands in the cache as it did,
// and is as young as the question asks; one that is too old is asked for again through the door,
// and has to come back unchanged.
//
// All functions are called on the I/O thread; callbacks run there.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "daemon/answer/answer.h"
#include "daemon/answer/question.h"

namespace seekd::daemon {

struct Services;

// What a check needs to know of the question.
struct CheckTerms {
  Reach reach = Reach::web;
  std::size_t fetches_max = 0;
  std::chrono::steady_clock::time_point asked_at;
  std::string trace_id = {};
};

// `done` is called exactly once, never inside this call: with the answer, its sources' times and
// states as they are now, or with nullptr.
void check_kept_answer(Services& services, std::shared_ptr<const Answer> kept, CheckTerms terms,
                       std::function<void(std::shared_ptr<Answer>)> done);

}  // namespace seekd::daemon
