#include "daemon/metrics/question_meter.h"

namespace seekd::daemon {

void QuestionMeter::admitted(Time now) {
  admitted_ = now;
}

void QuestionMeter::handed_over(Time now) {
  handed_over_ = now;
  metrics_.looked_up(now - admitted_);
}

void QuestionMeter::began(Time now) {
  metrics_.waited((admitted_ - arrived_) + (now - handed_over_));
}

void QuestionMeter::wrote(Time now) {
  if (wrote_) {
    metrics_.wrote_on(now - *wrote_);
  } else {
    metrics_.began_to_write(now - arrived_);
  }
  wrote_ = now;
}

void QuestionMeter::ended(const Result<Answer>& answer, Time now) {
  if (answer) {
    metrics_.answered(*answer, now - arrived_);
  } else {
    metrics_.not_answered(answer.error());
  }
}

}  // namespace seekd::daemon
