// QuestionMeter: one question's times on its way, told to Metrics as they become known.
//
// One thread; time is an argument. Each call may come at most once and in this order, but for
// wrote(), which comes with every piece of the model's text, and ended(), which may come at any
// point.

#pragma once

#include <chrono>
#include <optional>

#include "daemon/metrics/metrics.h"

namespace seekd::daemon {

class QuestionMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // REQUIRES: metrics outlives this.
  QuestionMeter(Metrics& metrics, Time arrived) : metrics_(metrics), arrived_(arrived) {}

  void admitted(Time now);     // its turn has come: the cache is asked, pages are fetched
  void handed_over(Time now);  // its prompt waits for the model
  void began(Time now);        // the model works on it
  void wrote(Time now);
  void ended(const Result<Answer>& answer, Time now);

 private:
  Metrics& metrics_;
  Time arrived_;
  Time admitted_;
  Time handed_over_;
  std::optional<Time> wrote_;  // the latest text
};

}  // namespace seekd::daemon
