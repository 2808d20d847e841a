// ModelRoutes: the models there are by name, the local one and those of other servers, and which of
// them a request goes to. A target that fails three times rests, and its backup answers; what fails
// before its first word is asked of the backup at once.
//
// All functions are called on the I/O thread; callbacks are posted there. The destructor takes back
// what runs, and joins the threads.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/config.h"
#include "daemon/access/circle.h"
#include "daemon/model_runner.h"
#include "daemon/routing/outgoing.h"
#include "daemon/routing/route_health.h"
#include "model/model.h"

namespace seekd::daemon {

// A route as it is now, for what is told of it.
struct RouteReading {
  const config::RouteConfig& route;
  RouteHealth::State state;
  const std::string& reason;   // why it does not serve, "" where it does
  std::uint64_t answered = 0;  // by its target
  std::uint64_t failed = 0;
  std::uint64_t passed_on = 0;  // to its backup
};

class ModelRoutes {
 public:
  using Ticket = std::uint64_t;

  struct Listener {
    std::function<void(const std::string& model)> on_begin;  // the name of who answers
    ModelRunner::OnText on_text;
    ModelRunner::OnDone on_done;  // exactly once
  };

  // Who may ask for each. Errors: as Circle::resolve()'s.
  static Result<std::vector<Circle>> callers_of(const std::vector<config::RouteConfig>& routes);

  // `local` and `config` outlive it; `callers` are callers_of() its routes.
  ModelRoutes(boost::asio::any_io_executor executor, const config::Config& config,
              std::vector<Circle> callers, ModelRunner& local);
  ModelRoutes(const ModelRoutes&) = delete;
  ModelRoutes& operator=(const ModelRoutes&) = delete;
  ~ModelRoutes();

  // The names that a caller may ask for beside the local model's own, in the order of the tables.
  std::vector<std::string> names_for(const Caller& caller) const;

  // The route that takes what names none, "" for the local model.
  std::string route_for(const Caller& caller, config::ModelTask task,
                        model::Priority priority) const;

  // Of a route's target; "" and a name that is none are the local model, as it serves now.
  // REQUIRES, here and below: the local model is ready.
  std::shared_ptr<const model::Model> model(std::string_view route) const;
  // The last month that it knows of, where its table says one; nullopt: by its name.
  std::optional<std::chrono::year_month> knowledge_cutoff(std::string_view route) const;
  // Another local model serves, whose table says that month; the first is the configured one.
  void local_switched(std::optional<std::chrono::year_month> knowledge_cutoff);
  // What an answer of that route is kept under: no two models that served have the same.
  std::string version_of(std::string_view route) const;

  // Errors: as ModelRunner::available()'s, where neither it nor a backup is.
  Status available(std::string_view route, std::chrono::steady_clock::time_point now) const;

  // Errors that `on_done` gets: those of the models, of the last that was asked; unsupported, where
  // what it is made of may go to none of them. `local`: the local model that is asked where it is
  // one's turn, held (ModelRunner::hold()); nullptr: the one that serves.
  Ticket generate(std::string_view route, const Claimant& claimant, model::GenerateRequest request,
                  PromptContent content, Listener listener,
                  std::shared_ptr<model::Model> local = nullptr);
  Ticket score(std::string_view route, const Claimant& claimant, model::ScoreRequest request,
               PromptContent content, ModelRunner::OnScored done,
               std::shared_ptr<model::Model> local = nullptr);
  void take_back(Ticket ticket);

  std::size_t at_work() const;  // requests to other servers, those that wait included
  std::vector<RouteReading> readings() const;

 private:
  struct Route;
  struct Call;

  Route* find(std::string_view name) const;
  std::vector<Route*> way_of(std::string_view route) const;
  void connect(Route& route);
  Ticket begin(const std::shared_ptr<Call>& call, std::string_view route);
  void ask_next(const std::shared_ptr<Call>& call);
  // Why that route is passed by; nullopt: it is asked.
  std::optional<Error> not_asked(const Route& route, const PromptContent& content) const;
  // Whether the next on the way is asked; else it has ended with that status.
  bool goes_on(const std::shared_ptr<Call>& call, Route* route, const Status& status);
  void judge(Route& route, const Status& status);
  void arm_probe(Route& route);
  void probe(Route& route);
  void probed(Route& route, const Status& back);

  boost::asio::any_io_executor executor_;
  const config::Config& config_;
  ModelRunner& local_;
  std::optional<std::chrono::year_month> local_knowledge_cutoff_;
  std::uint64_t local_switches_ = 0;
  std::vector<std::unique_ptr<Route>> routes_;
  Ticket last_ = 0;
  std::map<Ticket, std::shared_ptr<Call>> calls_;
};

}  // namespace seekd::daemon
