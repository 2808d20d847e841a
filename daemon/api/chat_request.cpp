#include "daemon/api/chat_request.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/chat_messages.h"
#include "daemon/api/collection_fields.h"
#include "daemon/api/domains.h"
#include "daemon/api/fields.h"
#include "daemon/api/generation_fields.h"
#include "daemon/api/reading_fields.h"
#include "daemon/api/shape_fields.h"
#include "daemon/api/tool_fields.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

// Understood and not served. A value in the second column asks for what happens anyway.
constexpr std::array<UnservedField, 9> unserved{{
    {"audio", ""},
    {"function_call", ""},
    {"functions", ""},
    {"logit_bias", "{}"},
    {"metadata", ""},
    {"modalities", R"(["text"])"},
    {"prediction", ""},
    {"store", "false"},
    {"verbosity", ""},
}};

void refuse_the_rest(Fields& fields) {
  refuse_unserved(fields, unserved);
  const auto choices = fields.integer("n", 1, std::numeric_limits<std::int64_t>::max());
  if (choices.value_or(1) != 1)
    fields.reject("n", "unsupported_field", "must be 1: one answer is written");
}

void read_lengths(Fields& fields, Question& question) {
  const auto old_name = fields.integer("max_tokens", 1, answer_tokens_max);
  const auto new_name = fields.integer("max_completion_tokens", 1, answer_tokens_max);
  if (old_name && new_name && *old_name != *new_name) {
    fields.reject("max_tokens", "invalid_value",
                  "contradicts max_completion_tokens: send one of them");
  }
  const auto wanted = new_name ? new_name : old_name;
  if (wanted) question.tokens_max = static_cast<std::size_t>(*wanted);
}

// A thought that was asked for comes on top of what an answer is given where its caller says
// nothing of its length.
void read_thinking(Fields& fields, const ServedModels& models, Question& question) {
  question.thinking.effort = read_effort(fields, "reasoning_effort");
  const bool any_length =
      fields.any("max_tokens") == nullptr && fields.any("max_completion_tokens") == nullptr;
  if (!question.thinking.effort || !any_length || !models.named(question.model).thinks) return;
  question.tokens_max += question.thinking.tokens_of(*question.thinking.effort);
}

void read_logprobs(Fields& fields, model::Sampling& sampling) {
  const bool wanted = fields.flag("logprobs").value_or(false);
  const std::int64_t best = fields.integer("top_logprobs", 0, top_logprobs_max).value_or(0);
  if (wanted) sampling.logprobs = static_cast<std::size_t>(best);
  if (!wanted && best > 0) {
    fields.reject("top_logprobs", "invalid_value", "is for requests with \"logprobs\": true");
  }
}

void read_search_options(Fields& fields, Question& question) {
  const json::object* object = fields.object("web_search_options");
  if (object == nullptr) return;
  Fields options(*object, "web_search_options");
  read_context_size(options, question);
  options.refuse(std::array{std::string_view("user_location")}, "is not served by this version");
  if (const auto error = options.finish()) fields.reject(*error);
}

void read_retrieval(Fields& fields, Question& question, const config::AnswerConfig& config) {
  read_search_options(fields, question);
  Domains domains = read_domains(fields, "search_domain_filter");
  question.hosts = std::move(domains.allowed);
  question.hosts_denied = std::move(domains.denied);
  read_reading_terms(fields, question, config);
  if (fields.flag("offline").value_or(false)) question.reach = Reach::cache_only;
  if (fields.flag("enable_search_classifier").value_or(false)) {
    question.search = SearchWhen::as_judged;
    if (question.grounding == Grounding::required) {
      fields.reject("require_sources", "invalid_value", "contradicts enable_search_classifier");
    }
  }
  if (!fields.flag("disable_search").value_or(false)) return;
  if (question.grounding == Grounding::required) {
    fields.reject("require_sources", "invalid_value", "contradicts disable_search");
  }
  question.retrieval = Retrieval::disabled;
  if (!question.urls.empty()) {
    fields.reject("urls", "invalid_value", "contradicts disable_search: no page would be read");
  }
}

// Who gives tools has his own way to what the answer needs; pages are read for it where he asks for
// that beside.
void read_tool_terms(Fields& fields, const ServedModels& models, Question& question) {
  ToolTerms terms = read_tools(fields, models, question.model);
  const auto asks = [&](std::string_view name) {
    const json::value* value = fields.any(name);
    return value != nullptr && !value->is_null();
  };
  const bool reads = asks("web_search_options") || asks("max_age") || !question.urls.empty() ||
                     question.grounding == Grounding::required;
  if (!terms.tools.empty() && !reads) question.retrieval = Retrieval::disabled;
  take_tools(fields, std::move(terms), "response_format", question);
}

}  // namespace

std::expected<ChatRequest, ApiError> parse_chat_request(std::string_view body,
                                                        const ServedModels& models,
                                                        const config::AnswerConfig& config,
                                                        const Scope& readable) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  ChatRequest request{.question = question_of(config)};
  Question& question = request.question;
  question.messages = read_messages(fields);
  question.model = read_model(fields, models);
  read_lengths(fields, question);
  read_thinking(fields, models, question);
  read_sampling(fields, question.sampling);
  read_penalties(fields, question.sampling);
  read_logprobs(fields, question.sampling);
  question.stop = read_stops(fields);
  question.shape = read_response_format(fields);
  read_retrieval(fields, question, config);
  read_tool_terms(fields, models, question);
  if (question.shape && question.grounding == Grounding::required) {
    fields.reject("require_sources", "invalid_value",
                  "contradicts response_format: text of a schema has no citations");
  }
  question.scope = read_collections(fields, readable);
  question.priority = read_tier(fields);
  const DeliveryTerms terms = read_delivery(fields);
  request.delivery = terms.delivery;
  request.usage_chunk = terms.usage_chunk;
  if (fields.flag("trace").value_or(false)) request.trace = TraceSteps::sent;
  // An end user's name for the service's own records: checked, and kept nowhere.
  read_label(fields, "user");
  question.cache_salt = read_salt(fields);
  refuse_the_rest(fields);
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return request;
}

}  // namespace seekd::daemon
