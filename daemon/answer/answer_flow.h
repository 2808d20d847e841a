// AnswerFlow: acts for one question what its AnswerMachine decides: cache, fetcher, model, clock.
// The machine itself runs on a worker, one event at a time: what it counts and compares may take
// seconds.
//
// All functions are called on the I/O thread; callbacks run there. It keeps itself alive until it
// has called `on_done`.

#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "daemon/answer/answer_machine.h"
#include "daemon/metrics/question_meter.h"
#include "daemon/page_flights.h"
#include "daemon/services.h"

namespace seekd::daemon {

class AnswerFlow : public std::enable_shared_from_this<AnswerFlow> {
 public:
  // What the asker is told. None of them may cancel anything before it returns.
  struct Listener {
    std::function<void(const model::TextDelta&)> on_text;
    std::function<void(const TraceStep&)> on_step;
    std::function<void(Result<Answer>)> on_done;
  };

  // `on_done` is called exactly once, never inside this call; with `busy` when too many questions
  // wait. REQUIRES: services.model is ready.
  static std::shared_ptr<AnswerFlow> start(Services& services, Question question,
                                           Listener listener);

  // The caller has gone: `on_done` gets `cancelled`.
  void cancel();

 private:
  AnswerFlow(Services& services, Question question, Listener listener);

  void begin();
  void feed(Event event);
  void think();

  void act(action::LookUp what);
  void act(action::Judge what);
  void act(action::Search what);
  void act(const action::Fetch& what);
  void act(action::SearchWeb what);
  void act(action::StopSearchingWeb what);
  void act(action::JudgeCoverage what);
  void act(action::AskModel what);
  void act(action::ArmReadingDeadline what);
  void act(action::StopFetches what);
  void act(action::Keep what);
  void act(action::Generate what);
  void act(action::StopGenerating what);
  void act(const action::Emit& what);
  void act(action::Check what);
  void act(action::Note what);
  void act(action::Finish what);

  void leave_flights();
  void model_begins(const std::string& model);
  void arm(boost::asio::steady_timer& timer, std::chrono::seconds after, const Event& event);

  Services& services_;
  const std::shared_ptr<model::Model> local_model_;  // one, from the first count to the last word
  const Claimant claimant_;
  const std::string route_;
  const std::string judge_;
  const std::vector<PrivateText> private_texts_;
  const std::string trace_id_;
  AnswerMachine machine_;
  QuestionMeter meter_;
  Listener listener_;  // without functions once it was told the end
  const std::chrono::steady_clock::time_point arrived_;
  std::vector<TraceStep> trace_;
  Admission::Ticket ticket_ = 0;
  std::deque<Event> events_;  // for the machine, in the order they came
  bool thinking_ = false;     // a worker has machine_, and nobody else may touch it
  boost::asio::steady_timer reading_deadline_;
  boost::asio::steady_timer answer_deadline_;
  struct Fetching {
    std::shared_ptr<PageFlights::Seat> seat;
    bool landed = false;  // its reply has come
  };
  std::map<std::size_t, Fetching> fetches_;  // by page
  std::shared_ptr<fetcher::FetchHandle> web_search_;
  ModelRoutes::Ticket generation_ = 0;
  std::string written_by_;  // the model's name
};

}  // namespace seekd::daemon
