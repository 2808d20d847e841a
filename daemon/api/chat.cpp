// POST /v1/chat/completions.

#include <chrono>
#include <utility>

#include "daemon/access/terms.h"
#include "daemon/answer/answer_desk.h"
#include "daemon/api/api_error.h"
#include "daemon/api/chat_reply.h"
#include "daemon/api/chat_request.h"
#include "daemon/api/handlers.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t id_digits = 24;

// What an answer costs its caller. Where he takes it back, what was written until then.
class Bill {
 public:
  Bill(Services& services, const ExchangePtr& exchange)
      : services_(services), exchange_(exchange) {}

  void wrote() { ++pieces_; }

  void settle(const Result<Answer>& answer) const {
    const auto now = std::chrono::steady_clock::now();
    const Caller& caller = exchange_->caller();
    services_.limits.charge_tokens(
        caller, answer ? answer->usage.prompt_tokens + answer->usage.completion_tokens : pieces_,
        now);
    if (answer) services_.limits.charge_fetches(caller, answer->usage.pages_fetched, now);
  }

 private:
  Services& services_;
  ExchangePtr exchange_;
  std::size_t pieces_ = 0;  // of the model's text
};

void log_answer(Exchange& exchange, const Result<Answer>& answer) {
  if (!answer) {
    exchange.log().outcome = to_string(answer.error().code);
    return;
  }
  exchange.log().outcome = answer->citations.empty() ? "answered" : "cited";
  exchange.log().pages_fetched = answer->usage.pages_fetched;
}

void answer_whole(Services& services, const ExchangePtr& exchange, Question question,
                  const ChatReply& reply) {
  const auto bill = std::make_shared<Bill>(services, exchange);
  const auto seat = services.answers.ask(
      services, std::move(question),
      {.on_text = [bill](const model::TextDelta&) { bill->wrote(); },
       .on_step = [](const TraceStep&) {},
       .on_done =
           [exchange, reply, bill](const Result<Answer>& answer) {
             bill->settle(answer);
             log_answer(*exchange, answer);
             if (!answer) return exchange->respond(to_response(to_chat_error(answer.error())));
             HttpResponse response;
             response.body = completion_json(reply, *answer);
             exchange->respond(std::move(response));
           }});
  exchange->on_gone([seat] { seat->cancel(); });
}

// The stream begins with the first text, so that what fails before it is answered with its own
// status; or with the first step of a trace that the caller wants.
class ChatStream {
 public:
  ChatStream(Services& services, const ExchangePtr& exchange, ChatReply reply)
      : exchange_(exchange), reply_(std::move(reply)), bill_(services, exchange) {}

  void text(const model::TextDelta& delta) {
    bill_.wrote();
    begin();
    exchange_->event(delta_chunk_json(reply_, delta));
  }

  void step(const TraceStep& step) {
    if (reply_.trace == TraceSteps::left_out) return;
    begin();
    exchange_->event(step_chunk_json(reply_, step));
  }

  void done(const Result<Answer>& answer) {
    bill_.settle(answer);
    log_answer(*exchange_, answer);
    if (!answer) return fail(answer.error());
    begin();
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
    HttpResponse response = to_response(to_chat_error(error));
    if (!begun_) return exchange_->respond(std::move(response));
    exchange_->event(response.body);
    exchange_->end_events();
  }

  ExchangePtr exchange_;
  ChatReply reply_;
  Bill bill_;
  bool begun_ = false;
};

void answer_streamed(Services& services, const ExchangePtr& exchange, Question question,
                     ChatReply reply) {
  const auto stream = std::make_shared<ChatStream>(services, exchange, std::move(reply));
  const auto seat = services.answers.ask(
      services, std::move(question),
      {.on_text = [stream](const model::TextDelta& delta) { stream->text(delta); },
       .on_step = [stream](const TraceStep& step) { stream->step(step); },
       .on_done = [stream](const Result<Answer>& answer) { stream->done(answer); }});
  exchange->on_gone([seat] { seat->cancel(); });
}

// Why the caller's terms do not let this question be asked, or nullopt.
std::optional<ApiError> refused(Services& services, const Caller& caller, Question& question) {
  if (auto error = hold_to(*caller.terms, question)) return error;
  if (question.reach == Reach::cache_only || question.retrieval == Retrieval::disabled) {
    return std::nullopt;
  }
  const auto refusal = services.limits.no_fetches(caller, std::chrono::steady_clock::now());
  if (!refusal) return std::nullopt;
  services.metrics.refused(refusal->reason);
  return refusal->error;
}

}  // namespace

void answer_chat(Services& services, const ExchangePtr& exchange) {
  // Before pages are read for it in vain.
  const Status available = services.model.available(std::chrono::steady_clock::now());
  if (!available) return exchange->respond(to_response(to_api_error(available.error())));
  const model::ModelInfo& model = services.model.model().info();
  auto request = parse_chat_request(exchange->request().body, model, services.config.answer,
                                    services.collections.readable(exchange->caller()));
  if (!request) {
    exchange->log().outcome = request.error().code;
    return exchange->respond(to_response(request.error()));
  }
  if (const auto error = refused(services, exchange->caller(), request->question)) {
    exchange->log().outcome = error->code;
    return exchange->respond(to_response(*error));
  }
  ChatReply reply{"chatcmpl-" + random_hex(id_digits), model.name, wall_clock(),
                  request->usage_chunk, request->trace};
  if (request->delivery == Delivery::streamed) {
    answer_streamed(services, exchange, std::move(request->question), std::move(reply));
  } else {
    answer_whole(services, exchange, std::move(request->question), reply);
  }
}

}  // namespace seekd::daemon
