// POST /seekd/v1/decide: does a question need fresh knowledge, as a question of a chat would be
// judged, the model's opinion included where it is asked.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/answer/model_opinion.h"
#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "policy/knowledge_cutoff.h"
#include "policy/question.h"
#include "policy/question_json.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t question_bytes_max = 64 << 10;
constexpr std::int64_t max_age_max = 10LL * 366 * 24 * 3600;  // as a chat's

void respond_with(const ExchangePtr& exchange, const policy::QuestionVerdict& verdict) {
  HttpResponse response;
  response.body = json::serialize(policy::to_json(verdict));
  exchange->respond(std::move(response));
}

struct Asked {
  std::string question;
  policy::CallerWish wish;
};

policy::CallerWish read_wish(Fields& fields) {
  policy::CallerWish wish;
  if (const auto max_age = fields.integer("max_age", 0, max_age_max)) {
    wish.max_age = std::chrono::seconds(*max_age);
  }
  if (fields.flag("offline").value_or(false)) wish.web = policy::WebWish::offline;
  if (fields.flag("disable_search").value_or(false)) wish.web = policy::WebWish::no_search;
  return wish;
}

std::expected<Asked, ApiError> read_asked(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  Asked asked{fields.text("question").value_or(""), read_wish(fields)};
  if (asked.question.empty()) fields.reject("question", "missing_field", "is missing");
  if (asked.question.size() > question_bytes_max) {
    fields.reject("question", "out_of_range", "is longer than 65536 bytes");
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return asked;
}

// Of the model that is loaded, or of the one that will be.
std::string model_name(const Services& services) {
  return services.model.state() == ModelRunner::State::ready
             ? services.model.model().info().name
             : services.config.model.path.filename().string();
}

policy::AskedOf asked_of(const Services& services) {
  return {services.cache.clock().read().latest,
          policy::knowledge_cutoff(services.routes.knowledge_cutoff(config::local_model),
                                   model_name(services))};
}

}  // namespace

void decide_question(Services& services, const ExchangePtr& exchange) {
  auto asked = read_asked(exchange->request().body);
  if (!asked) return exchange->respond(to_response(asked.error()));
  exchange->log().audited["question"] = services.auditor.question(asked->question);
  policy::QuestionVerdict verdict = policy::judge_question(asked->question, asked_of(services));
  const ModelRunner& model = services.model;
  if (!policy::is_unsure(verdict) || model.state() != ModelRunner::State::ready ||
      !is_asked(services.config.answer.model_judges, model.model().info().parameters)) {
    return respond_with(exchange, policy::with_wish(std::move(verdict), asked->wish));
  }
  auto request = opinion_request(asked->question, model::Priority::interactive);
  services.limits.charge_tokens(exchange->caller(),
                                model.model().count_prompt_tokens(request.messages, {}).value_or(0),
                                std::chrono::steady_clock::now());
  services.model.score(exchange->caller().claimant(), std::move(request),
                       [exchange, verdict = std::move(verdict),
                        wish = asked->wish](Result<std::vector<model::Score>> scores) {
                         const auto judged =
                             scores ? policy::with_opinion(verdict, opinion_of(*scores)) : verdict;
                         respond_with(exchange, policy::with_wish(judged, wish));
                       });
}

}  // namespace seekd::daemon
