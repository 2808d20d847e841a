// TextCompletion: the model goes on with one text. No template, no pages, no answer cache: what the
// caller has written is all that the model is given.
//
// All functions are called on the I/O thread; callbacks run there. It keeps itself alive until it
// has called `on_done`.

#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "daemon/metrics/question_meter.h"
#include "daemon/services.h"

namespace seekd::daemon {

class TextCompletion : public std::enable_shared_from_this<TextCompletion> {
 public:
  struct Listener {
    std::function<void(const model::TextDelta&)> on_text;
    // Its content, tokens, finish and usage.
    std::function<void(Result<Answer>)> on_done;
  };

  // `on_done` is called exactly once, never inside this call. Errors: busy (too many questions
  // wait), timeout (answer.deadline), cancelled, and the model's. REQUIRES: request.prompt is
  // there, `model` is held of services.model.
  static std::shared_ptr<TextCompletion> start(Services& services, Claimant claimant,
                                               model::GenerateRequest request,
                                               std::shared_ptr<model::Model> model,
                                               Listener listener);

  // The caller has gone: `on_done` gets `cancelled`.
  void cancel();

 private:
  TextCompletion(Services& services, Claimant claimant, model::GenerateRequest request,
                 std::shared_ptr<model::Model> model, Listener listener);

  void begin();
  void wrote(const model::TextDelta& delta);
  void generated(Result<model::Generation> generation);
  void stop(Error why);
  void end(Result<Answer> answer);

  Services& services_;
  const Claimant claimant_;
  model::GenerateRequest request_;
  const std::shared_ptr<model::Model> model_;
  Listener listener_;
  QuestionMeter meter_;
  Answer answer_;  // so far
  Admission::Ticket ticket_ = 0;
  std::optional<ModelRunner::Ticket> generation_;
  std::optional<Error> stopped_;  // why it was taken back
  boost::asio::steady_timer deadline_;
};

}  // namespace seekd::daemon
