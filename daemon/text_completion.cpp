#include "daemon/text_completion.h"

#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>

namespace seekd::daemon {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

TextCompletion::TextCompletion(Services& services, Claimant claimant,
                               model::GenerateRequest request, std::shared_ptr<model::Model> model,
                               Listener listener)
    : services_(services),
      claimant_(std::move(claimant)),
      request_(std::move(request)),
      model_(std::move(model)),
      listener_(std::move(listener)),
      meter_(services.metrics, Clock::now()),
      deadline_(services.executor) {}

std::shared_ptr<TextCompletion> TextCompletion::start(Services& services, Claimant claimant,
                                                      model::GenerateRequest request,
                                                      std::shared_ptr<model::Model> model,
                                                      Listener listener) {
  assert(request.prompt);
  const std::shared_ptr<TextCompletion> self(new TextCompletion(
      services, std::move(claimant), std::move(request), std::move(model), std::move(listener)));
  self->deadline_.expires_after(services.config.answer.deadline);
  self->deadline_.async_wait([self](const boost::system::error_code& error) {
    if (!error) self->stop({ErrorCode::timeout, "the text took longer than answer.deadline"});
  });
  // Posted, so that the caller holds it before anything comes of it.
  const auto admitted = services.admission.enter(self->claimant_, [self] {
    boost::asio::post(self->services_.executor, [self] { self->begin(); });
  });
  if (admitted) {
    self->ticket_ = *admitted;
  } else {
    boost::asio::post(services.executor, [self, error = admitted.error()] { self->stop(error); });
  }
  return self;
}

void TextCompletion::cancel() {
  stop({ErrorCode::cancelled, "the caller took the request back"});
}

void TextCompletion::begin() {
  if (stopped_) return;
  // Nothing is looked up for it.
  services_.admission.reached_model(ticket_);
  meter_.admitted(Clock::now());
  meter_.handed_over(Clock::now());
  const auto self = shared_from_this();
  generation_ = services_.model.generate(
      claimant_, std::move(request_), [self] { self->meter_.began(Clock::now()); },
      [self](const model::TextDelta& delta) { self->wrote(delta); },
      [self](Result<model::Generation> generation) { self->generated(std::move(generation)); },
      model_);
}

void TextCompletion::wrote(const model::TextDelta& delta) {
  if (stopped_) return;
  meter_.wrote(Clock::now());
  answer_.content += delta.content;
  answer_.tokens.insert(answer_.tokens.end(), delta.tokens.begin(), delta.tokens.end());
  listener_.on_text(delta);
}

void TextCompletion::generated(Result<model::Generation> generation) {
  if (stopped_) return;
  if (!generation) return end(std::unexpected(std::move(generation.error())));
  answer_.finish = generation->finish;
  answer_.usage = {.prompt_tokens = generation->prompt_tokens,
                   .cached_tokens = generation->cached_tokens,
                   .completion_tokens = generation->completion_tokens};
  end(std::move(answer_));
}

void TextCompletion::stop(Error why) {
  if (stopped_ || !listener_.on_done) return;
  stopped_ = why;
  if (generation_) services_.model.take_back(*generation_);
  end(std::unexpected(std::move(why)));
}

void TextCompletion::end(Result<Answer> answer) {
  deadline_.cancel();
  services_.admission.leave(ticket_);
  meter_.ended(answer, Clock::now());
  const Listener listener = std::exchange(listener_, {});
  boost::asio::post(services_.executor, [listener, answer = std::move(answer)]() mutable {
    listener.on_done(std::move(answer));
  });
}

}  // namespace seekd::daemon
