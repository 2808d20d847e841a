// Admission: how many questions are looked up and fetched at once, and how many may wait.
//
// Not thread-safe; all calls on the I/O thread.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "policy/result.h"

namespace seekd::daemon {

class Admission {
 public:
  // `waiting_for_model` counts into the bound: a question that waits there waits too.
  Admission(std::size_t running_max, std::size_t waiting_max,
            std::function<std::size_t()> waiting_for_model)
      : running_max_(running_max),
        waiting_max_(waiting_max),
        waiting_for_model_(std::move(waiting_for_model)) {}

  // Calls `begin` now or when it is the question's turn; each one that began calls leave() once.
  // Errors: busy (as many wait as may).
  Status enter(std::function<void()> begin);

  // A question has reached the model, or ended before.
  void leave();

  std::size_t running() const { return running_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::size_t running_max_;
  std::size_t waiting_max_;
  std::function<std::size_t()> waiting_for_model_;
  std::size_t running_ = 0;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace seekd::daemon
