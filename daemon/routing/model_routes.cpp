#include "daemon/routing/model_routes.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "daemon/routing/remote_model.h"

namespace seekd::daemon {
namespace {

using Clock = RouteHealth::Clock;

// Of the target or the way there; not of the request, nor of its asker.
bool is_failure(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::busy:
    case ErrorCode::corrupt:
    case ErrorCode::io:
    case ErrorCode::internal:
      return true;
    default:
      return false;
  }
}

// Who answers, as callers name it.
std::string name_of(const config::RouteConfig* route, const model::Model& local) {
  return route != nullptr ? route->name : local.info().name;
}

}  // namespace

struct ModelRoutes::Route {
  Route(const config::RouteConfig& table, Circle may, const boost::asio::any_io_executor& executor)
      : config(table), callers(std::move(may)), probe_timer(executor) {}

  const config::RouteConfig& config;
  Circle callers;
  RouteHealth health;
  const RemoteModel* remote = nullptr;  // nullptr: its target is the local model
  std::unique_ptr<ModelRunner> runner;  // of `remote`, which it owns
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t passed_on = 0;
  boost::asio::steady_timer probe_timer;
  std::jthread probe;
};

// A request on its way from target to backup.
struct ModelRoutes::Call {
  Ticket ticket = 0;
  PromptContent content;
  std::vector<Route*> way;              // nullptr: the local model
  std::shared_ptr<model::Model> local;  // that one, to the end
  std::size_t next = 0;
  std::function<ModelRunner::Ticket(ModelRunner&, Route*)> ask;
  std::function<void(Error)> refuse;
  Error last{ErrorCode::unavailable, "no model can be asked"};
  ModelRunner* runner = nullptr;
  ModelRunner::Ticket asked = 0;
  bool has_written = false;
  bool taken_back = false;
};

Result<std::vector<Circle>> ModelRoutes::callers_of(
    const std::vector<config::RouteConfig>& routes) {
  std::vector<Circle> circles;
  for (const config::RouteConfig& route : routes) {
    auto callers = Circle::resolve(route.callers, "route \"" + route.name + "\"");
    if (!callers) return std::unexpected(std::move(callers.error()));
    circles.push_back(*std::move(callers));
  }
  return circles;
}

ModelRoutes::ModelRoutes(boost::asio::any_io_executor executor, const config::Config& config,
                         std::vector<Circle> callers, ModelRunner& local)
    : executor_(std::move(executor)),
      config_(config),
      local_(local),
      local_knowledge_cutoff_(config.model.knowledge_cutoff) {
  assert(callers.size() == config.routes.size());
  for (std::size_t i = 0; i < callers.size(); ++i) {
    routes_.push_back(std::make_unique<Route>(config.routes[i], std::move(callers[i]), executor_));
    if (!config.routes[i].is_local()) connect(*routes_.back());
  }
}

ModelRoutes::~ModelRoutes() = default;

// A thread for each request that its server is asked at once.
void ModelRoutes::connect(Route& route) {
  const auto upstream =
      std::ranges::find(config_.upstreams, route.config.upstream, &policy::Upstream::name);
  auto remote = std::make_unique<RemoteModel>(route.config, *upstream, config_.fetcher.socket);
  route.remote = remote.get();
  const auto made = std::make_shared<std::unique_ptr<model::Model>>(std::move(remote));
  route.runner = std::make_unique<ModelRunner>(
      executor_, upstream->requests_max,
      [made](const model::LoadWatch&) -> Result<std::shared_ptr<model::Model>> {
        return std::move(*made);
      },
      [] {});
}

ModelRoutes::Route* ModelRoutes::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(routes_, [&](const auto& route) { return route->config.name == name; });
  return found == routes_.end() ? nullptr : found->get();
}

// Configurations whose backups lead in a circle are refused.
std::vector<ModelRoutes::Route*> ModelRoutes::way_of(std::string_view name) const {
  Route* route = find(name);
  std::vector<Route*> way{route};
  while (route != nullptr && !route->config.backup.empty()) {
    route = find(route->config.backup);
    way.push_back(route);
  }
  return way;
}

std::vector<std::string> ModelRoutes::names_for(const Caller& caller) const {
  std::vector<std::string> names;
  for (const auto& route : routes_) {
    if (route->callers.has(caller)) names.push_back(route->config.name);
  }
  return names;
}

std::string ModelRoutes::route_for(const Caller& caller, config::ModelTask task,
                                   model::Priority priority) const {
  const auto wanted = priority == model::Priority::background ? config::CallerPriority::background
                                                              : config::CallerPriority::interactive;
  for (const auto& route : routes_) {
    const config::RouteConfig& table = route->config;
    const bool takes = std::ranges::find(table.tasks, task) != table.tasks.end() &&
                       table.priority.value_or(wanted) == wanted &&
                       local_.waiting() >= table.waiting_min;
    if (takes && route->callers.has(caller)) return table.name;
  }
  return "";
}

std::shared_ptr<const model::Model> ModelRoutes::model(std::string_view name) const {
  const Route* route = find(name);
  if (route == nullptr || route->remote == nullptr) return local_.hold();
  return route->runner->hold();
}

void ModelRoutes::local_switched(std::optional<std::chrono::year_month> knowledge_cutoff) {
  local_knowledge_cutoff_ = knowledge_cutoff;
  ++local_switches_;
}

// Models of other folders may have one name.
std::string ModelRoutes::version_of(std::string_view name) const {
  const Route* route = find(name);
  if (route != nullptr && route->remote != nullptr) return route->remote->info().name;
  return local_.model().info().name + '\n' + std::to_string(local_switches_);
}

std::optional<std::chrono::year_month> ModelRoutes::knowledge_cutoff(std::string_view name) const {
  const Route* route = find(name);
  if (route != nullptr && route->remote != nullptr) return route->config.knowledge_cutoff;
  return local_knowledge_cutoff_;
}

Status ModelRoutes::available(std::string_view name, Clock::time_point now) const {
  Status last;
  for (const Route* route : way_of(name)) {
    const bool remote = route != nullptr && route->remote != nullptr;
    last = remote ? Status() : local_.available(now);
    if (last && route != nullptr && !route->health.serves()) {
      last = fail(ErrorCode::unavailable, route->health.reason());
    }
    if (last) return {};
  }
  return last;
}

std::optional<Error> ModelRoutes::not_asked(const Route& route,
                                            const PromptContent& content) const {
  if (auto why = forbidden_to_leave(content, route.config)) {
    return Error{ErrorCode::unsupported, *std::move(why)};
  }
  if (!route.health.serves()) return Error{ErrorCode::unavailable, route.health.reason()};
  const ModelRunner& runner = route.runner ? *route.runner : local_;
  const Status available = runner.available(Clock::now());
  return available ? std::nullopt : std::optional(available.error());
}

ModelRoutes::Ticket ModelRoutes::begin(const std::shared_ptr<Call>& call, std::string_view name) {
  call->ticket = ++last_;
  call->way = way_of(name);
  calls_.emplace(call->ticket, call);
  ask_next(call);
  return call->ticket;
}

void ModelRoutes::ask_next(const std::shared_ptr<Call>& call) {
  while (call->next < call->way.size()) {
    Route* const route = call->way[call->next++];
    std::optional<Error> why;
    if (route != nullptr) {
      why = not_asked(*route, call->content);
    } else if (const Status local = local_.available(Clock::now()); !local) {
      why = local.error();
    }
    if (!why) {
      call->runner = route != nullptr && route->runner ? route->runner.get() : &local_;
      call->asked = call->ask(*call->runner, route);
      return;
    }
    if (route != nullptr) ++route->passed_on;
    // What may not leave is not said to have failed.
    if (call->last.code != ErrorCode::unsupported) call->last = *std::move(why);
  }
  boost::asio::post(executor_, [this, call] {
    calls_.erase(call->ticket);
    call->refuse(call->last);
  });
}

bool ModelRoutes::goes_on(const std::shared_ptr<Call>& call, Route* route, const Status& status) {
  if (route != nullptr) judge(*route, status);
  const bool again = !status && is_failure(status.error().code) && !call->has_written &&
                     !call->taken_back && call->next < call->way.size();
  if (!again) {
    calls_.erase(call->ticket);
    return false;
  }
  if (route != nullptr) ++route->passed_on;
  call->last = status.error();
  ask_next(call);
  return true;
}

void ModelRoutes::judge(Route& route, const Status& status) {
  if (status) {
    ++route.answered;
    return route.health.succeeded();
  }
  if (!is_failure(status.error().code)) return;
  ++route.failed;
  if (!route.health.failed(status.error().message, Clock::now())) return;
  spdlog::warn("the route {} rests: {}", route.config.name, route.health.reason());
  arm_probe(route);
}

ModelRoutes::Ticket ModelRoutes::generate(std::string_view name, const Claimant& claimant,
                                          model::GenerateRequest request, PromptContent content,
                                          Listener listener, std::shared_ptr<model::Model> local) {
  const auto call = std::make_shared<Call>();
  call->local = local ? std::move(local) : local_.hold();
  call->content = std::move(content);
  call->content.has_shape = request.shape != nullptr;
  call->refuse = [done = listener.on_done](Error error) {
    done(std::unexpected(std::move(error)));
  };
  call->ask = [this, weak = std::weak_ptr(call), claimant, request = std::move(request),
               listener = std::move(listener)](ModelRunner& runner, Route* route) {
    const auto call = weak.lock();
    model::GenerateRequest asked = request;
    if (route != nullptr) {
      asked.messages = as_they_leave(std::move(asked.messages), call->content, route->config);
    }
    return runner.generate(
        claimant, std::move(asked),
        [listener, route, call] {
          listener.on_begin(name_of(route == nullptr ? nullptr : &route->config, *call->local));
        },
        [call, listener](model::TextDelta delta) {
          call->has_written = true;
          listener.on_text(std::move(delta));
        },
        [this, call, listener, route](Result<model::Generation> generation) {
          const Status status = generation ? Status() : Status(std::unexpected(generation.error()));
          if (!goes_on(call, route, status)) listener.on_done(std::move(generation));
        },
        &runner == &local_ ? call->local : nullptr);
  };
  return begin(call, name);
}

ModelRoutes::Ticket ModelRoutes::score(std::string_view name, const Claimant& claimant,
                                       model::ScoreRequest request, PromptContent content,
                                       ModelRunner::OnScored done,
                                       std::shared_ptr<model::Model> local) {
  const auto call = std::make_shared<Call>();
  call->local = local ? std::move(local) : local_.hold();
  call->content = std::move(content);
  call->refuse = [done](Error error) { done(std::unexpected(std::move(error))); };
  call->ask = [this, weak = std::weak_ptr(call), claimant, request = std::move(request),
               done = std::move(done)](ModelRunner& runner, Route* route) {
    const auto call = weak.lock();
    model::ScoreRequest asked = request;
    if (route != nullptr) {
      asked.messages = as_they_leave(std::move(asked.messages), call->content, route->config);
    }
    return runner.score(
        claimant, std::move(asked),
        [this, call, done, route](auto scores) {
          const Status status = scores ? Status() : Status(std::unexpected(scores.error()));
          if (!goes_on(call, route, status)) done(std::move(scores));
        },
        &runner == &local_ ? call->local : nullptr);
  };
  return begin(call, name);
}

void ModelRoutes::take_back(Ticket ticket) {
  const auto found = calls_.find(ticket);
  if (found == calls_.end()) return;
  found->second->taken_back = true;
  if (found->second->runner != nullptr) found->second->runner->take_back(found->second->asked);
}

void ModelRoutes::arm_probe(Route& route) {
  route.probe_timer.expires_at(route.health.rests_until());
  route.probe_timer.async_wait([this, &route](const boost::system::error_code& error) {
    if (!error) probe(route);
  });
}

// The local model says by itself how it is; a server is asked, by a thread that waits for it.
void ModelRoutes::probe(Route& route) {
  route.health.probe();
  if (route.remote == nullptr) return probed(route, local_.available(Clock::now()));
  route.probe = std::jthread([this, &route](const std::stop_token& stop) {
    boost::asio::post(executor_,
                      [this, &route, back = route.remote->probe(stop)] { probed(route, back); });
  });
}

void ModelRoutes::probed(Route& route, const Status& back) {
  if (back) {
    spdlog::info("the route {} serves again", route.config.name);
    return route.health.succeeded();
  }
  route.health.failed(back.error().message, Clock::now());
  arm_probe(route);
}

std::size_t ModelRoutes::at_work() const {
  std::size_t count = 0;
  for (const auto& route : routes_) {
    if (route->runner) count += route->runner->waiting() + route->runner->running();
  }
  return count;
}

std::vector<RouteReading> ModelRoutes::readings() const {
  std::vector<RouteReading> readings;
  readings.reserve(routes_.size());
  for (const auto& route : routes_) {
    readings.push_back({route->config, route->health.state(), route->health.reason(),
                        route->answered, route->failed, route->passed_on});
  }
  return readings;
}

}  // namespace seekd::daemon
