// POST /seekd/v1/decide: does a question need fresh knowledge, as a question of a chat would be
// judged, the model's opinion included where it is asked.

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/answer/model_opinion.h"
#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "policy/question.h"
#include "policy/question_json.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t question_bytes_max = 64 << 10;

void respond_with(const ExchangePtr& exchange, const policy::QuestionVerdict& verdict) {
  HttpResponse response;
  response.body = json::serialize(policy::to_json(verdict));
  exchange->respond(std::move(response));
}

std::expected<std::string, ApiError> read_question(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  std::string question = fields.text("question").value_or("");
  if (question.empty()) fields.reject("question", "missing_field", "is missing");
  if (question.size() > question_bytes_max) {
    fields.reject("question", "out_of_range", "is longer than 65536 bytes");
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return question;
}

}  // namespace

void decide_question(Services& services, const ExchangePtr& exchange) {
  auto question = read_question(exchange->request().body);
  if (!question) return exchange->respond(to_response(question.error()));
  policy::QuestionVerdict verdict =
      policy::judge_question(*question, {services.cache.clock().read().latest});
  const ModelRunner& model = services.model;
  if (!policy::is_unsure(verdict) || model.state() != ModelRunner::State::ready ||
      !is_asked(services.config.answer.model_judges, model.model().info().parameters)) {
    return respond_with(exchange, verdict);
  }
  services.model.score(
      opinion_request(*question, model::Priority::interactive),
      [exchange, verdict = std::move(verdict)](Result<std::vector<model::Score>> scores) {
        respond_with(exchange,
                     scores ? policy::with_opinion(verdict, opinion_of(*scores)) : verdict);
      });
}

}  // namespace seekd::daemon
