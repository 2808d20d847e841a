// ModelRunner: the threads that wait for the model. One of them loads it; then each serves one
// generation or judgement after another, and the model runs those of all threads together.
// Interactive ones go first (model/turns.h), and background ones never have all threads; among
// those of a class callers take turns by their shares (fair_shares.h). What waits is bounded by
// Admission.
//
// All functions are called on the I/O thread; callbacks are posted there. The destructor takes back
// what runs and what waits, and joins the threads: a load that has begun is called off.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "daemon/fair_shares.h"
#include "daemon/load_meter.h"
#include "model/load_progress.h"
#include "model/model.h"
#include "model/turns.h"

namespace seekd::daemon {

class ModelRunner {
 public:
  enum class State : std::uint8_t {
    loading,  // weights are read; generate() must not be called
    ready,    // model() is there
    failed,   // error() says why
  };

  using Ticket = std::uint64_t;
  using Load = std::function<Result<std::shared_ptr<model::Model>>(const model::LoadWatch&)>;
  using OnBegin = std::function<void()>;
  using OnText = std::function<void(model::TextDelta)>;
  using OnDone = std::function<void(Result<model::Generation>)>;
  using OnScored = std::function<void(Result<std::vector<model::Score>>)>;

  // At most `running_max` generations run at once. `changed` is called when there is a new
  // loading(), at most once a second, and once when state() has become ready or failed.
  ModelRunner(boost::asio::any_io_executor executor, std::size_t running_max, Load load,
              std::function<void()> changed);
  ~ModelRunner();

  State state() const { return state_; }
  // How far it is, or was when it ended; nullopt before the first second and all was read.
  const std::optional<LoadReport>& loading() const { return loading_; }
  const Error& error() const { return error_; }          // REQUIRES: failed
  const model::Model& model() const { return *model_; }  // REQUIRES: ready
  // The same, for as long as it is held: what is made of several requests asks one model to its
  // end, whatever comes in its place meanwhile. nullptr: it is not ready.
  std::shared_ptr<model::Model> hold() const { return model_; }
  // From now on requests are of `model`; those that wait or run keep theirs. Returns the one before
  // it. REQUIRES: ready.
  std::shared_ptr<model::Model> replace(std::shared_ptr<model::Model> model);

  // Errors: unavailable (it is being loaded, hangs or is lost; says which, and what to do).
  Status available(std::chrono::steady_clock::time_point now) const;

  // `on_begin` is called when the model begins with it. `done` is called exactly once, with
  // `cancelled` after it was taken back. `model`: one that was held; nullptr: the one that serves.
  // REQUIRES: state() is ready.
  Ticket generate(Claimant claimant, model::GenerateRequest request, OnBegin on_begin,
                  OnText on_text, OnDone done, std::shared_ptr<model::Model> model = nullptr);

  // Likewise.
  Ticket score(Claimant claimant, model::ScoreRequest request, OnScored done,
               std::shared_ptr<model::Model> model = nullptr);

  // One that waits gives its place up at once, one that runs stops soon; one that has ended is left
  // alone.
  void take_back(Ticket ticket);

  std::size_t waiting() const;
  std::size_t running() const;

 private:
  struct Job {
    Ticket ticket = 0;
    Claimant claimant;
    model::Priority priority = model::Priority::interactive;
    std::function<void(const std::stop_token&)> serve;  // on one of the threads
    std::function<void(Error)> refuse;                  // on the I/O thread
    std::stop_source stop;
  };

  struct Running {
    model::Priority priority;
    std::stop_source stop;
    FairShares::Duration counted;  // into its caller's share
  };

  bool load_model(const Load& load, const std::function<void()>& changed,
                  const std::stop_token& stop);
  void work(const std::stop_token& stop);
  Ticket enqueue(Job job);
  std::optional<Job> next(const std::stop_token& stop);
  std::deque<Job>::iterator next_waiting();
  std::deque<Job>::iterator first_of(model::Priority priority);
  void let_go(Job job, std::function<void(const Job&)> last);

  boost::asio::any_io_executor executor_;
  State state_ = State::loading;
  std::optional<LoadReport> loading_;
  Ticket last_ = 0;
  Error error_;
  std::shared_ptr<model::Model> model_;

  const std::size_t background_max_;
  mutable std::mutex mutex_;  // guards the next five
  std::condition_variable_any work_waits_;
  std::deque<Job> queue_;
  std::map<Ticket, Running> running_;
  model::Turns turns_;
  FairShares shares_;

  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace seekd::daemon
