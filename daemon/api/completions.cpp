// POST /v1/completions.

#include <chrono>
#include <utility>

#include "daemon/answer/text_units.h"
#include "daemon/api/api_error.h"
#include "daemon/api/asking.h"
#include "daemon/api/bill.h"
#include "daemon/api/completion_reply.h"
#include "daemon/api/completion_request.h"
#include "daemon/api/handlers.h"
#include "daemon/text_completion.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t id_digits = 24;

void add(Usage& sum, const Usage& part) {
  sum.prompt_tokens += part.prompt_tokens;
  sum.cached_tokens += part.cached_tokens;
  sum.completion_tokens += part.completion_tokens;
}

// One request: its prompts are gone on with one after another, so that a list of them takes no more
// of the model at a time than one does. A stream begins with the first text, so that what fails
// before it is answered with its own status.
class Completions : public std::enable_shared_from_this<Completions> {
 public:
  Completions(Services& services, ExchangePtr exchange, CompletionRequest request)
      : services_(services),
        exchange_(std::move(exchange)),
        request_(std::move(request)),
        model_(services.model.hold()),
        reply_{"cmpl-" + random_hex(id_digits), model_->info().name, wall_clock(),
               request_.usage_chunk} {}

  void start() {
    exchange_->on_gone([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->under_way_->cancel();
    });
    next();
  }

 private:
  void next() {
    model::GenerateRequest generation = request_.generation;
    generation.prompt = request_.prompts[choices_.size()];
    offset_ = 0;
    choice_begun_ = false;
    bill_ = std::make_shared<Bill>(services_, *exchange_);
    under_way_ = TextCompletion::start(
        services_, exchange_->caller().claimant(), std::move(generation), model_,
        {.on_text = [self = shared_from_this()](const auto& delta) { self->text(delta); },
         .on_done = [self = shared_from_this()](auto answer) { self->done(std::move(answer)); }});
  }

  bool streamed() const { return request_.delivery == Delivery::streamed; }

  void text(const model::TextDelta& delta) {
    bill_->wrote();
    if (!streamed()) return;
    begin_choice();
    exchange_->event(piece_chunk_json(reply_, choices_.size(), delta, offset_));
    offset_ += count_code_points(delta.content);
  }

  void done(Result<Answer> answer) {
    bill_->settle(answer);
    if (!answer) return fail(answer.error());
    add(usage_, answer->usage);
    if (streamed()) {
      begin_choice();
      exchange_->event(end_chunk_json(reply_, choices_.size(), answer->finish));
    }
    if (request_.echo == Echo::sent) answer->content.insert(0, request_.prompts[choices_.size()]);
    choices_.push_back(*std::move(answer));
    if (choices_.size() < request_.prompts.size()) return next();
    finish();
  }

  void begin_choice() {
    if (!std::exchange(begun_, true)) exchange_->begin_events();
    if (std::exchange(choice_begun_, true) || request_.echo == Echo::left_out) return;
    const std::size_t choice = choices_.size();
    exchange_->event(piece_chunk_json(reply_, choice, {request_.prompts[choice], ""}, 0));
  }

  void finish() {
    exchange_->log().outcome = "answered";
    exchange_->log().audited["tokens"] = usage_.prompt_tokens + usage_.completion_tokens;
    if (!streamed()) {
      HttpResponse response;
      response.body = completion_json(reply_, choices_, usage_);
      return exchange_->respond(std::move(response));
    }
    if (reply_.usage_chunk == UsageChunk::sent) exchange_->event(usage_chunk_json(reply_, usage_));
    exchange_->event("[DONE]");
    exchange_->end_events();
  }

  void fail(const Error& error) {
    const ApiError told = to_answer_error(error, "prompt");
    if (!begun_) return refuse(exchange_, told);
    exchange_->log().outcome = told.code;
    exchange_->event(to_response(told).body);
    exchange_->end_events();
  }

  Services& services_;
  ExchangePtr exchange_;
  const CompletionRequest request_;
  const std::shared_ptr<model::Model> model_;  // of all prompts
  const CompletionReply reply_;
  std::vector<Answer> choices_;  // those that are complete
  Usage usage_;                  // of them
  std::size_t offset_ = 0;       // code points of the choice that is under way
  std::shared_ptr<Bill> bill_;   // likewise
  std::shared_ptr<TextCompletion> under_way_;
  bool begun_ = false;         // the stream
  bool choice_begun_ = false;  // what is streamed of it
};

}  // namespace

void complete_texts(Services& services, const ExchangePtr& exchange) {
  const Status available = services.model.available(std::chrono::steady_clock::now());
  if (!available) return exchange->respond(to_response(to_api_error(available.error())));
  auto request =
      parse_completion_request(exchange->request().body, services.model.model().info().name);
  if (!request) return refuse(exchange, request.error());
  if (exchange->caller().terms->priority == config::CallerPriority::background) {
    request->generation.priority = model::Priority::background;
  }
  std::string asked;
  for (const std::string& prompt : request->prompts) asked += prompt + '\n';
  exchange->log().audited["question"] = services.auditor.question(asked);
  std::make_shared<Completions>(services, exchange, *std::move(request))->start();
}

}  // namespace seekd::daemon
