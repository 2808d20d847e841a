// Admission: how many questions are looked up and fetched at once, how many may be in the daemon,
// and whose is next.
//
// Callers take turns by their shares (fair_shares.h), whoever asks how much. The last quarter of
// the places is for callers who hold fewer than their share of all, so that nobody is sent away
// because of what another asks. Not thread-safe; all calls on the I/O thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "daemon/fair_shares.h"
#include "policy/result.h"

namespace seekd::daemon {

class Admission {
 public:
  using Ticket = std::uint64_t;  // of a question, until it left; 0: of none

  // `at_model` counts the questions that have left for the model: those that wait there, and those
  // that are answered. REQUIRES: here_max > 0.
  Admission(std::size_t running_max, std::size_t here_max, std::function<std::size_t()> at_model)
      : running_max_(running_max), here_max_(here_max), at_model_(std::move(at_model)) {}

  // Calls `begin` now or when it is the question's turn. Each one that is let in leaves.
  // Errors: busy (as many are here as may be, of all or of his).
  Result<Ticket> enter(Claimant claimant, std::function<void()> begin);

  // One more question would be let in, of a caller who has none here.
  bool has_room() const { return here() < here_max_; }

  // The question needs the model alone from now on.
  void reached_model(Ticket ticket);

  // It is over, wherever it was: one that still waits is never begun. Once it has left, no more is
  // done.
  void leave(Ticket ticket);

  std::size_t running() const { return running_; }
  std::size_t waiting() const { return waiting_; }

 private:
  enum class Stage : std::uint8_t { waiting, running, at_model };

  struct Question {
    Claimant claimant;
    std::function<void()> begin;
    Stage stage = Stage::waiting;
    FairShares::Duration counted{0};
  };

  std::size_t here() const { return running_ + waiting_ + at_model_(); }
  Status may_enter(const Claimant& claimant) const;
  void begin_next();
  void stop_running(Question& question);

  std::size_t running_max_;
  std::size_t here_max_;
  std::function<std::size_t()> at_model_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  Ticket last_ = 0;
  std::map<Ticket, Question> questions_;  // in the order in which they came
  FairShares shares_;                     // of those that wait or run
};

}  // namespace seekd::daemon
