// Asking: a question on its way from an interface to the answer desk and back. Whatever shape a
// reply has, its caller's terms, limits, bill and log are the same.
//
// All functions are called on the I/O thread.

#pragma once

#include <memory>
#include <string_view>

#include "daemon/answer/answer.h"
#include "daemon/answer/question.h"
#include "daemon/api/api_error.h"
#include "daemon/api/generation_fields.h"
#include "daemon/api/handlers.h"

namespace seekd::daemon {

// Writes an answer to its exchange, in the shape of an interface.
class AnswerReply {
 public:
  virtual ~AnswerReply() = default;

  virtual void text(const model::TextDelta& delta) = 0;
  virtual void step(const TraceStep& step) = 0;
  // The last call.
  virtual void done(const Result<Answer>& answer) = 0;
};

// Of replies that are sent whole: what comes before the end is passed over.
class WholeReply : public AnswerReply {
 public:
  void text(const model::TextDelta& /*delta*/) override {}
  void step(const TraceStep& /*step*/) override {}
};

// Asks within the terms and limits of the exchange's caller; he is answered where they forbid it.
// REQUIRES: services.model is ready.
void ask(Services& services, const ExchangePtr& exchange, Question question,
         const std::shared_ptr<AnswerReply>& reply);

// What the caller may ask for by name. Errors: as ModelRunner::available(), of the local model
// while it is being loaded.
Result<ServedModels> served_models(const Services& services, const Caller& caller);

// Where the question names no model: the route that takes it, and the one that judges. A question
// that has been through here stays as it is.
void choose_models(const Services& services, const Caller& caller, Question& question);

// As replies call it.
std::string name_of_model(const Services& services, std::string_view route);

// The exchange is answered: the request was none.
void refuse(const ExchangePtr& exchange, const ApiError& error);

// What a question failed with. A prompt over the context is OpenAI's context_length_exceeded of
// `field`; what was not found are sources (require_sources).
ApiError to_answer_error(const Error& error, std::string_view field);

}  // namespace seekd::daemon
