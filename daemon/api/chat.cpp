// POST /v1/chat/completions.

#include <chrono>
#include <utility>

#include "daemon/api/api_error.h"
#include "daemon/api/asking.h"
#include "daemon/api/chat_reply.h"
#include "daemon/api/chat_request.h"
#include "daemon/api/handlers.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t id_digits = 24;
constexpr std::string_view prompt_field = "messages";

class WholeChat final : public WholeReply {
 public:
  WholeChat(ExchangePtr exchange, ChatReply reply)
      : exchange_(std::move(exchange)), reply_(std::move(reply)) {}

  void done(const Result<Answer>& answer) override {
    if (!answer) {
      return exchange_->respond(to_response(to_answer_error(answer.error(), prompt_field)));
    }
    HttpResponse response;
    reply_.model = answer->model;
    response.body = completion_json(reply_, *answer);
    exchange_->respond(std::move(response));
  }

 private:
  ExchangePtr exchange_;
  ChatReply reply_;
};

// The stream begins with the first text, so that what fails before it is answered with its own
// status; or with the first step of a trace that the caller wants.
class StreamedChat final : public AnswerReply {
 public:
  StreamedChat(ExchangePtr exchange, ChatReply reply)
      : exchange_(std::move(exchange)), reply_(std::move(reply)) {}

  void text(const model::TextDelta& delta) override {
    begin();
    exchange_->event(delta_chunk_json(reply_, delta));
  }

  void step(const TraceStep& step) override {
    if (reply_.trace == TraceSteps::left_out) return;
    begin();
    exchange_->event(step_chunk_json(reply_, step));
  }

  void done(const Result<Answer>& answer) override {
    if (!answer) return fail(answer.error());
    begin();
    reply_.model = answer->model;  // a backup's, where one answered
    exchange_->event(final_chunk_json(reply_, *answer));
    if (reply_.usage_chunk == UsageChunk::sent) exchange_->event(usage_chunk_json(reply_, *answer));
    exchange_->event("[DONE]");
    exchange_->end_events();
  }

 private:
  void begin() {
    if (std::exchange(begun_, true)) return;
    exchange_->begin_events();
    exchange_->event(role_chunk_json(reply_));
  }

  void fail(const Error& error) {
    HttpResponse response = to_response(to_answer_error(error, prompt_field));
    if (!begun_) return exchange_->respond(std::move(response));
    exchange_->event(response.body);
    exchange_->end_events();
  }

  ExchangePtr exchange_;
  ChatReply reply_;
  bool begun_ = false;
};

}  // namespace

void answer_chat(Services& services, const ExchangePtr& exchange) {
  const auto models = served_models(services, exchange->caller());
  if (!models) return exchange->respond(to_response(to_api_error(models.error())));
  auto request = parse_chat_request(exchange->request().body, *models, services.config.answer,
                                    services.collections.readable(exchange->caller()));
  if (!request) return refuse(exchange, request.error());
  choose_models(services, exchange->caller(), request->question);
  ChatReply reply{"chatcmpl-" + random_hex(id_digits),
                  name_of_model(services, request->question.model),
                  wall_clock(),
                  request->usage_chunk,
                  request->trace,
                  exchange->request().trace.trace_id};
  std::shared_ptr<AnswerReply> writer;
  if (request->delivery == Delivery::streamed) {
    writer = std::make_shared<StreamedChat>(exchange, std::move(reply));
  } else {
    writer = std::make_shared<WholeChat>(exchange, std::move(reply));
  }
  ask(services, exchange, std::move(request->question), writer);
}

}  // namespace seekd::daemon
