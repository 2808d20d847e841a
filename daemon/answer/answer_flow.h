// AnswerFlow: acts for one question what its AnswerMachine decides: cache, fetcher, model, clock.
//
// All functions are called on the I/O thread; callbacks run there. It keeps itself alive until it
// has called `done`.

#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "daemon/answer/answer_machine.h"
#include "daemon/metrics/question_meter.h"
#include "daemon/services.h"

namespace seekd::daemon {

class AnswerFlow : public std::enable_shared_from_this<AnswerFlow> {
 public:
  using OnText = std::function<void(const model::TextDelta&)>;
  using OnDone = std::function<void(Result<Answer>)>;

  // `done` is called exactly once, never inside this call; with `busy` when too many questions
  // wait. REQUIRES: services.model is ready.
  static std::shared_ptr<AnswerFlow> start(Services& services, Question question, OnText on_text,
                                           OnDone done);

  // The caller has gone: `done` gets `cancelled`.
  void cancel();

 private:
  AnswerFlow(Services& services, Question question, OnText on_text, OnDone done);

  void begin();
  void feed(Event event);

  void act(action::LookUp what);
  void act(action::Search what);
  void act(const action::Fetch& what);
  void act(action::ArmFetchDeadline what);
  void act(action::StopFetches what);
  void act(action::Store what);
  void act(action::Touch what);
  void act(action::Generate what);
  void act(action::StopGenerating what);
  void act(const action::Emit& what);
  void act(action::Check what);
  void act(action::Finish what);

  void arm(boost::asio::steady_timer& timer, std::chrono::seconds after, const Event& event);
  void leave_admission();

  Services& services_;
  AnswerMachine machine_;
  QuestionMeter meter_;
  OnText on_text_;
  OnDone done_;
  bool admitted_ = false;
  boost::asio::steady_timer fetch_deadline_;
  boost::asio::steady_timer answer_deadline_;
  std::vector<std::shared_ptr<fetcher::FetchHandle>> fetches_;
  std::stop_source generation_;
};

}  // namespace seekd::daemon
