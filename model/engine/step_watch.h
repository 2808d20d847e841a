// StepWatch: how long the engine's step has been running, and what became of those that failed.
//
// The engine's thread writes down what it does; any thread asks, and never waits for it. Time is
// given.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "model/health.h"
#include "policy/result.h"

namespace seekd::model {

class StepWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // A step that takes longer than `limit` hangs. REQUIRES: above 0.
  explicit StepWatch(std::chrono::milliseconds limit);

  // By the engine's thread: a step begins, and has returned, well or not.
  void began(TimePoint now);
  void returned(TimePoint now);

  // One of those has failed, and: it was gone on after.
  void failed(ErrorCode code);
  void recovered() { ++recovered_; }

  // The device answers no more: nothing is begun any more. `why` ends without a full stop.
  void lose(const std::string& why);

  ModelHealth health(TimePoint now) const;
  StepFailures failures() const;

  std::chrono::milliseconds limit() const { return limit_; }

 private:
  static constexpr TimePoint none{};

  bool hangs(TimePoint begun, TimePoint now) const { return begun != none && now - begun > limit_; }

  const std::chrono::milliseconds limit_;
  std::atomic<TimePoint> begun_ = none;  // by the step that runs
  std::atomic<std::uint64_t> out_of_memory_ = 0;
  std::atomic<std::uint64_t> errors_ = 0;
  std::atomic<std::uint64_t> hangs_ = 0;
  std::atomic<std::uint64_t> recovered_ = 0;
  mutable std::mutex mutex_;
  std::string lost_;  // why; "": it is not
};

// What a request is told that cannot be served. REQUIRES: not healthy.
Error refusal(const ModelHealth& health);

}  // namespace seekd::model
