#include "daemon/api/chat_request.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/chat_messages.h"
#include "daemon/api/collection_fields.h"
#include "daemon/api/date_fields.h"
#include "daemon/api/domains.h"
#include "daemon/api/fields.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t tokens_max = 1'000'000;
constexpr std::int64_t max_age_max = 10LL * 366 * 24 * 3600;
constexpr std::size_t stops_max = 4;
constexpr std::int64_t top_logprobs_max = 20;
constexpr std::size_t label_bytes_max = 512;  // user, cache_salt, prompt_cache_key

// Understood and not served. A value in the second column asks for what happens anyway.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> unserved{{
    {"audio", ""},
    {"function_call", ""},
    {"functions", ""},
    {"logit_bias", "{}"},
    {"metadata", ""},
    {"modalities", R"(["text"])"},
    {"parallel_tool_calls", ""},
    {"prediction", ""},
    {"response_format", R"({"type":"text"})"},
    {"store", "false"},
    {"tool_choice", R"("none")"},
    {"tools", ""},
    {"verbosity", ""},
}};

bool asks_for_nothing(const json::value& value, std::string_view neutral) {
  if (value.is_null()) return true;
  if (neutral.empty()) return false;
  if (value.is_double()) return neutral == "0" && value.get_double() == 0.0;
  return value == json::parse(neutral);
}

void refuse_unserved(Fields& fields) {
  for (const auto& [name, neutral] : unserved) {
    const json::value* value = fields.any(name);
    if (value != nullptr && !asks_for_nothing(*value, neutral)) {
      fields.reject(name, "unsupported_field", "is not served by this version");
    }
  }
  const auto choices = fields.integer("n", 1, std::numeric_limits<std::int64_t>::max());
  if (choices.value_or(1) != 1)
    fields.reject("n", "unsupported_field", "must be 1: one answer is written");
}

void read_model(Fields& fields, std::string_view served) {
  const auto model = fields.text("model");
  if (!model || *model == served) return;
  fields.reject(
      {404, "model_not_found",
       "there is no model of this name here; the one served is '" + std::string(served) + "'",
       "model", std::nullopt});
}

void read_lengths(Fields& fields, Question& question) {
  const auto old_name = fields.integer("max_tokens", 1, tokens_max);
  const auto new_name = fields.integer("max_completion_tokens", 1, tokens_max);
  if (old_name && new_name && *old_name != *new_name) {
    fields.reject("max_tokens", "invalid_value",
                  "contradicts max_completion_tokens: send one of them");
  }
  const auto wanted = new_name ? new_name : old_name;
  if (wanted) question.tokens_max = static_cast<std::size_t>(*wanted);
}

// A thought that was asked for comes on top of what an answer is given where its caller says
// nothing of its length.
void read_effort(Fields& fields, const model::ModelInfo& model, Question& question) {
  constexpr std::array<std::pair<std::string_view, Effort>, 4> efforts{{{"none", Effort::none},
                                                                        {"low", Effort::low},
                                                                        {"medium", Effort::medium},
                                                                        {"high", Effort::high}}};
  const auto named = fields.text("reasoning_effort");
  if (!named) return;
  const auto* const found =
      std::ranges::find(efforts, *named, &std::pair<std::string_view, Effort>::first);
  if (found == efforts.end()) {
    return fields.reject("reasoning_effort", "invalid_value", "must be none, low, medium or high");
  }
  question.thinking.effort = found->second;
  const bool any_length =
      fields.any("max_tokens") == nullptr && fields.any("max_completion_tokens") == nullptr;
  if (any_length && model.thinks) question.tokens_max += question.thinking.tokens_of(found->second);
}

void read_stops(Fields& fields, Question& question) {
  const json::value* stop = fields.any("stop");
  if (stop != nullptr && stop->is_string()) {
    question.stop.emplace_back(stop->get_string());
  } else {
    question.stop = fields.texts("stop", stops_max);
  }
  for (const std::string& text : question.stop) {
    if (text.empty()) fields.reject("stop", "invalid_value", "holds an empty string");
  }
}

void read_sampling(Fields& fields, Question& question) {
  question.sampling.temperature = fields.number("temperature", 0.0, 2.0).value_or(0.0);
  question.sampling.top_p = fields.number("top_p", 0.0, 1.0).value_or(1.0);
  if (question.sampling.top_p <= 0.0) fields.reject("top_p", "out_of_range", "must be above 0");
  // As vLLM has it, -1 is all too.
  const std::int64_t top_k = fields.integer("top_k", -1, tokens_max).value_or(0);
  question.sampling.top_k = static_cast<std::size_t>(std::max<std::int64_t>(top_k, 0));
  question.sampling.min_p = fields.number("min_p", 0.0, 1.0).value_or(0.0);
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  question.sampling.seed =
      static_cast<std::uint64_t>(fields.integer("seed", -any - 1, any).value_or(0));
}

void read_penalties(Fields& fields, model::Sampling& sampling) {
  sampling.frequency_penalty = fields.number("frequency_penalty", -2.0, 2.0).value_or(0.0);
  sampling.presence_penalty = fields.number("presence_penalty", -2.0, 2.0).value_or(0.0);
  sampling.repetition_penalty = fields.number("repetition_penalty", 0.01, 100.0).value_or(1.0);
}

void read_logprobs(Fields& fields, model::Sampling& sampling) {
  const bool wanted = fields.flag("logprobs").value_or(false);
  const std::int64_t best = fields.integer("top_logprobs", 0, top_logprobs_max).value_or(0);
  if (wanted) sampling.logprobs = static_cast<std::size_t>(best);
  if (!wanted && best > 0) {
    fields.reject("top_logprobs", "invalid_value", "is for requests with \"logprobs\": true");
  }
}

std::string read_label(Fields& fields, std::string_view name) {
  std::string label = fields.text(name).value_or("");
  if (label.size() > label_bytes_max) {
    fields.reject(name, "out_of_range",
                  "is longer than " + std::to_string(label_bytes_max) + " bytes");
  }
  return label;
}

// OpenAI's "flex" may take longer; nobody is served before others here.
void read_tier(Fields& fields, Question& question) {
  const std::string tier = fields.text("service_tier").value_or("auto");
  if (tier == "flex") {
    question.priority = model::Priority::background;
  } else if (tier != "auto" && tier != "default") {
    fields.reject("service_tier", "invalid_value", "must be auto, default or flex");
  }
}

// At least one, where the configuration gives one.
template <class Number>
Number half(Number number) {
  return number - number / 2;
}

// "low" and "high" halve and double what the configuration gives.
void read_context_size(Fields& fields, Question& question) {
  const json::object* object = fields.object("web_search_options");
  if (object == nullptr) return;
  Fields options(*object, "web_search_options");
  ReadingBudget& budget = question.budget;
  const std::string size = options.text("search_context_size").value_or("medium");
  if (size == "low") {
    question.passages_max = half(question.passages_max);
    question.passage_tokens_max /= 2;
    budget = {half(budget.rounds), half(budget.fetches), budget.bytes};
  } else if (size == "high") {
    question.passages_max *= 2;
    question.passage_tokens_max *= 2;
    budget = {budget.rounds * 2, budget.fetches * 2, budget.bytes};
  } else if (size != "medium") {
    options.reject("search_context_size", "invalid_value", "must be low, medium or high");
  }
  options.refuse(std::array{std::string_view("user_location")}, "is not served by this version");
  if (const auto error = options.finish()) fields.reject(*error);
}

void read_retrieval(Fields& fields, Question& question, const config::AnswerConfig& config) {
  read_context_size(fields, question);
  Domains domains = read_domains(fields, "search_domain_filter");
  question.hosts = std::move(domains.allowed);
  question.hosts_denied = std::move(domains.denied);
  question.urls = fields.texts("urls", config.fetches_max);
  for (std::size_t index = 0; index < question.urls.size(); ++index) {
    const std::size_t bytes = question.urls[index].size();
    if (bytes > 0 && bytes <= policy::url_bytes_max) continue;
    fields.reject("urls[" + std::to_string(index) + "]", "out_of_range",
                  bytes == 0 ? "is no URL: it is empty" : "is no URL: it is too long");
  }
  const auto max_age = fields.integer("max_age", 0, max_age_max);
  if (max_age) question.max_age = std::chrono::seconds(*max_age);
  if (fields.flag("offline").value_or(false)) question.reach = Reach::cache_only;
  question.as_of = read_as_of(fields);
  if (question.as_of && max_age) {
    fields.reject("as_of", "invalid_value",
                  "contradicts max_age: a past version is not revalidated");
  }
  question.dates = read_date_filter(fields);
  if (fields.flag("require_sources").value_or(false)) question.grounding = Grounding::required;
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

void read_delivery(Fields& fields, ChatRequest& request) {
  if (fields.flag("stream").value_or(false)) request.delivery = Delivery::streamed;
  const json::object* object = fields.object("stream_options");
  if (object == nullptr) return;
  if (request.delivery != Delivery::streamed) {
    fields.reject("stream_options", "invalid_value", "is for requests with \"stream\": true");
  }
  Fields options(*object, "stream_options");
  if (options.flag("include_usage").value_or(false)) request.usage_chunk = UsageChunk::sent;
  if (const auto error = options.finish()) fields.reject(*error);
}

}  // namespace

std::expected<ChatRequest, ApiError> parse_chat_request(std::string_view body,
                                                        const model::ModelInfo& model,
                                                        const config::AnswerConfig& config,
                                                        const Scope& readable) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  ChatRequest request;
  Question& question = request.question;
  question.tokens_max = config.tokens_max;
  question.thinking = {.effort = {},
                       .tokens_low = config.thinking_tokens_low,
                       .tokens_medium = config.thinking_tokens_medium,
                       .tokens_high = config.thinking_tokens_high};
  question.passages_max = config.passages_max;
  question.passage_tokens_max = config.passage_tokens_max;
  question.budget = {config.rounds_max, config.fetches_max, config.bytes_max};
  question.messages = read_messages(fields);
  read_model(fields, model.name);
  read_lengths(fields, question);
  read_effort(fields, model, question);
  read_sampling(fields, question);
  read_penalties(fields, question.sampling);
  read_logprobs(fields, question.sampling);
  read_stops(fields, question);
  read_retrieval(fields, question, config);
  question.scope = read_collections(fields, readable);
  read_tier(fields, question);
  read_delivery(fields, request);
  if (fields.flag("trace").value_or(false)) request.trace = TraceSteps::sent;
  // An end user's name for the service's own records: checked, and kept nowhere.
  read_label(fields, "user");
  // Neither may hold the other's part of the salt.
  const std::string salt = read_label(fields, "cache_salt");
  question.cache_salt =
      std::to_string(salt.size()) + ":" + salt + read_label(fields, "prompt_cache_key");
  refuse_unserved(fields);
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return request;
}

}  // namespace seekd::daemon
