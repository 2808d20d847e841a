// Admission: how many questions are looked up and fetched at once, and how many may be in the
// daemon.
//
// Not thread-safe; all calls on the I/O thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "policy/result.h"

namespace seekd::daemon {

class Admission {
 public:
  using Ticket = std::uint64_t;

  // `at_model` counts the questions that have left for the model: those that wait there, and those
  // that are answered. REQUIRES: here_max > 0.
  Admission(std::size_t running_max, std::size_t here_max, std::function<std::size_t()> at_model)
      : running_max_(running_max), here_max_(here_max), at_model_(std::move(at_model)) {}

  // Calls `begin` now or when it is the question's turn; each one that began calls leave() once.
  // Errors: busy (as many are here as may be).
  Result<Ticket> enter(std::function<void()> begin);

  // One more question would be let in.
  bool has_room() const { return running_ + waiting_.size() + at_model_() < here_max_; }

  // The question is taken back: if it still waits it is never begun, and its place is free.
  void withdraw(Ticket ticket);

  // A question has reached the model, or ended before.
  void leave();

  std::size_t running() const { return running_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    Ticket ticket = 0;
    std::function<void()> begin;
  };

  std::size_t running_max_;
  std::size_t here_max_;
  std::function<std::size_t()> at_model_;
  std::size_t running_ = 0;
  Ticket last_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace seekd::daemon
