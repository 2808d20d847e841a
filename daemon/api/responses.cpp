// POST /v1/responses.

#include <utility>

#include "daemon/api/api_error.h"
#include "daemon/api/asking.h"
#include "daemon/api/handlers.h"
#include "daemon/api/response_request.h"
#include "daemon/api/response_writer.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t id_digits = 32;
constexpr std::string_view prompt_field = "input";

class WholeResponse final : public AnswerReply {
 public:
  WholeResponse(ExchangePtr exchange, ResponseWriter writer)
      : exchange_(std::move(exchange)), writer_(std::move(writer)) {}

  void text(const model::TextDelta& /*delta*/) override {}

  void step(const TraceStep& step) override { writer_.step(step); }

  void done(const Result<Answer>& answer) override {
    if (!answer) {
      return exchange_->respond(to_response(to_answer_error(answer.error(), prompt_field)));
    }
    writer_.done(*answer);
    HttpResponse response;
    response.body = boost::json::serialize(writer_.response());
    exchange_->respond(std::move(response));
  }

 private:
  ExchangePtr exchange_;
  ResponseWriter writer_;
};

// The stream begins with the first search, page or text, so that what fails before it is answered
// with its own status.
class StreamedResponse final : public AnswerReply {
 public:
  StreamedResponse(ExchangePtr exchange, ResponseWriter writer)
      : exchange_(std::move(exchange)), writer_(std::move(writer)) {}

  void text(const model::TextDelta& delta) override { send(writer_.text(delta)); }

  void step(const TraceStep& step) override { send(writer_.step(step)); }

  void done(const Result<Answer>& answer) override {
    if (!answer) return fail(to_answer_error(answer.error(), prompt_field));
    send(writer_.done(*answer));
    exchange_->end_events();
  }

 private:
  void send(const ResponseWriter::Events& events) {
    if (!events.empty() && !std::exchange(begun_, true)) exchange_->begin_events();
    for (const auto& [type, data] : events) exchange_->named_event(type, data);
  }

  void fail(const ApiError& error) {
    if (!begun_) return exchange_->respond(to_response(error));
    send(writer_.failed(error));
    exchange_->end_events();
  }

  ExchangePtr exchange_;
  ResponseWriter writer_;
  bool begun_ = false;
};

}  // namespace

void create_response(Services& services, const ExchangePtr& exchange) {
  const auto models = served_models(services, exchange->caller());
  if (!models) return exchange->respond(to_response(to_api_error(models.error())));
  auto request = parse_response_request(exchange->request().body, *models, services.config.answer,
                                        services.collections.readable(exchange->caller()));
  if (!request) return refuse(exchange, request.error());
  choose_models(services, exchange->caller(), request->question);
  ResponseWriter writer({.id = random_hex(id_digits),
                         .model = name_of_model(services, request->question.model),
                         .created = wall_clock(),
                         .settings = std::move(request->settings),
                         .sources = request->sources},
                        request->question.text());
  std::shared_ptr<AnswerReply> reply;
  if (request->delivery == Delivery::streamed) {
    reply = std::make_shared<StreamedResponse>(exchange, std::move(writer));
  } else {
    reply = std::make_shared<WholeResponse>(exchange, std::move(writer));
  }
  ask(services, exchange, std::move(request->question), reply);
}

}  // namespace seekd::daemon
