#include "daemon/api/asking.h"

#include <chrono>
#include <optional>
#include <utility>

#include "daemon/access/terms.h"
#include "daemon/answer/answer_desk.h"
#include "daemon/api/bill.h"
#include "daemon/audit/audited_answer.h"

namespace seekd::daemon {
namespace {

void log_answer(Exchange& exchange, const Result<Answer>& answer) {
  if (!answer) {
    exchange.log().outcome = to_string(answer.error().code);
    return;
  }
  for (auto& field : audited_answer(*answer)) exchange.log().audited.insert(std::move(field));
  exchange.log().outcome = answer->citations.empty() ? "answered" : "cited";
  exchange.log().pages_fetched = answer->usage.pages_fetched;
}

// Why the caller's terms do not let this question be asked, or nullopt.
std::optional<ApiError> forbidden(Services& services, const Caller& caller, Question& question) {
  if (auto error = hold_to(caller, question)) return error;
  if (question.reach == Reach::cache_only || question.retrieval == Retrieval::disabled) {
    return std::nullopt;
  }
  const auto refusal = services.limits.no_fetches(caller, std::chrono::steady_clock::now());
  if (!refusal) return std::nullopt;
  services.metrics.refused(refusal->reason);
  return refusal->error;
}

}  // namespace

void ask(Services& services, const ExchangePtr& exchange, Question question,
         const std::shared_ptr<AnswerReply>& reply) {
  if (const auto error = forbidden(services, exchange->caller(), question)) {
    return refuse(exchange, *error);
  }
  choose_models(services, exchange->caller(), question);
  // Before pages are read for it in vain.
  const Status available =
      services.routes.available(question.model, std::chrono::steady_clock::now());
  if (!available) return exchange->respond(to_response(to_api_error(available.error())));
  question.trace_id = exchange->request().trace.trace_id;
  exchange->log().audited["question"] = services.auditor.question(question.text());
  const auto bill = std::make_shared<Bill>(services, *exchange);
  const auto seat =
      services.answers.ask(services, std::move(question),
                           {.on_text =
                                [reply, bill](const model::TextDelta& delta) {
                                  bill->wrote();
                                  reply->text(delta);
                                },
                            .on_step = [reply](const TraceStep& step) { reply->step(step); },
                            .on_done =
                                [exchange, reply, bill](const Result<Answer>& answer) {
                                  bill->settle(answer);
                                  log_answer(*exchange, answer);
                                  reply->done(answer);
                                }});
  exchange->on_gone([seat] { seat->cancel(); });
}

Result<ServedModels> served_models(const Services& services, const Caller& caller) {
  if (services.model.state() != ModelRunner::State::ready) {
    return std::unexpected(services.model.available(std::chrono::steady_clock::now()).error());
  }
  ServedModels models(services.model.model().info());
  for (const std::string& name : services.routes.names_for(caller)) {
    const auto model = services.routes.model(name);
    models.routes.push_back({name, model->info().thinks, model->info().calls_tools});
  }
  return models;
}

void choose_models(const Services& services, const Caller& caller, Question& question) {
  using config::ModelTask;
  const auto priority = caller.terms->priority == config::CallerPriority::background
                            ? model::Priority::background
                            : question.priority;
  if (question.model.empty()) {
    question.model = services.routes.route_for(caller, ModelTask::answer, priority);
    if (question.model.empty()) question.model = config::local_model;
  }
  question.judge = services.routes.route_for(caller, ModelTask::judge, priority);
}

std::string name_of_model(const Services& services, std::string_view route) {
  const bool local = route.empty() || route == config::local_model;
  return local ? services.model.model().info().name : std::string(route);
}

void refuse(const ExchangePtr& exchange, const ApiError& error) {
  exchange->log().outcome = error.code;
  exchange->respond(to_response(error));
}

ApiError to_answer_error(const Error& error, std::string_view field) {
  ApiError out = to_api_error(error);
  if (error.code == ErrorCode::not_found) {
    out.status = 422;
    out.code = "no_sources";
    out.param = "require_sources";
  }
  if (error.code != ErrorCode::too_large) return out;
  out.code = "context_length_exceeded";
  out.param = field;
  return out;
}

}  // namespace seekd::daemon
