// Metrics: what seekd counts while it works, for GET /metrics.
//
// Any thread. Counters begin at 0 with the process and only grow. Names, labels and what is behind
// them are an interface of ours: docs/operations/README.md lists them, exposition.h adds what is
// read when somebody asks. Those that begin with "vllm:" mean what vLLM's metrics of that name
// mean, so that its dashboards read them.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/answer.h"
#include "daemon/refresh/watch.h"
#include "daemon/standing/standing_answer.h"
#include "policy/result.h"

namespace prometheus {
struct MetricFamily;
}

namespace seekd::daemon {

// Who wants a page from the door.
enum class Asker : std::uint8_t {
  question,  // a question that needs it
  caller,    // POST /seekd/v1/fetch
  watch,     // a watch that refreshes it
};
std::string_view to_string(Asker asker);

class Metrics {
 public:
  using Duration = std::chrono::duration<double>;  // seconds

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;

  // The model's name is a label of what is measured of it from now on. REQUIRES: called before the
  // first question.
  void name_model(const std::string& name);

  // Of one question, each at most once; see question_meter.h. REQUIRES: name_model() was called.
  void waited(Duration in_queues);
  void looked_up(Duration sources);
  void began_to_write(Duration since_arrival);
  void answered(const Answer& answer, Duration since_arrival);
  void not_answered(const Error& error);
  // Between two pieces of an answer's text.
  void wrote_on(Duration since_last);

  // A request was turned away before a handler saw it; `reason` as the reply's code.
  void refused(const std::string& reason);
  void page_asked_for(Asker asker);
  // One that was under way for another already.
  void page_shared(Asker asker);
  // One that was not made for its asker.
  void answer_given_again(AnswerOrigin origin);
  // One that was kept, and whose pages are no longer as they were.
  void kept_answer_ended();
  void refreshed(RunOutcome outcome);
  // An attempt to tell a webhook; what came of it.
  void notice_attempted(NoticeDelivery::State state);

  std::vector<prometheus::MetricFamily> collect() const;

 private:
  struct Model;  // what carries the model's name
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace seekd::daemon
