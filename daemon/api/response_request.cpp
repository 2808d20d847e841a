#include "daemon/api/response_request.h"

#include <array>
#include <string>
#include <utility>

#include "daemon/api/fields.h"
#include "daemon/api/generation_fields.h"
#include "daemon/api/reading_fields.h"
#include "daemon/api/response_input.h"
#include "daemon/api/response_tools.h"
#include "daemon/api/shape_fields.h"
#include "daemon/api/web_search_tool.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t metadata_max = 16;  // OpenAI's three
constexpr std::size_t metadata_name_bytes_max = 64;
constexpr std::size_t metadata_bytes_max = 512;
constexpr std::size_t includes_max = 16;

constexpr std::array<UnservedField, 9> unserved{{
    {"background", "false"},
    {"conversation", ""},
    {"max_tool_calls", ""},
    {"moderation", ""},
    {"previous_response_id", ""},
    {"prompt", ""},
    {"prompt_cache_retention", ""},
    {"store", "false"},
    {"truncation", R"("disabled")"},
}};

// What a reply repeats as it came, and says of what was left out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> repeated{{
    {"instructions", "null"},
    {"max_output_tokens", "null"},
    {"metadata", "{}"},
    {"parallel_tool_calls", "true"},
    {"tool_choice", R"("auto")"},
    {"tools", "[]"},
    {"prompt_cache_key", "null"},
    {"safety_identifier", "null"},
    {"user", "null"},
}};

void read_metadata(Fields& fields) {
  const json::object* metadata = fields.object("metadata");
  if (metadata == nullptr) return;
  if (metadata->size() > metadata_max) {
    fields.reject("metadata", "out_of_range", "holds more than 16 pairs");
  }
  for (const auto& [name, value] : *metadata) {
    const bool fits = value.is_string() && value.get_string().size() <= metadata_bytes_max &&
                      name.size() <= metadata_name_bytes_max;
    if (!fits) {
      fields.reject("metadata", "invalid_value",
                    "must hold texts of at most 512 bytes under names of at most 64");
    }
  }
}

void read_text(Fields& fields, Question& question) {
  const json::object* object = fields.object("text");
  if (object == nullptr) return;
  Fields text(*object, "text");
  question.shape = read_text_format(text);
  constexpr std::array verbosity{UnservedField{"verbosity", R"("medium")"}};
  refuse_unserved(text, verbosity);
  if (const auto error = text.finish()) fields.reject(*error);
}

// A thought that was asked for comes on top of what an answer is given where its caller says
// nothing of its length.
void read_lengths(Fields& fields, const ServedModels& models, Question& question) {
  const auto wanted = fields.integer("max_output_tokens", 1, answer_tokens_max);
  if (wanted) question.tokens_max = static_cast<std::size_t>(*wanted);
  const json::object* object = fields.object("reasoning");
  if (object == nullptr) return;
  Fields reasoning(*object, "reasoning");
  question.thinking.effort = read_effort(reasoning, "effort");
  constexpr std::array summaries{std::string_view("summary"), std::string_view("generate_summary")};
  reasoning.refuse(summaries, "is not served: thoughts are told as they are");
  if (const auto error = reasoning.finish()) fields.reject(*error);
  if (!question.thinking.effort || wanted || !models.named(question.model).thinks) return;
  question.tokens_max += question.thinking.tokens_of(*question.thinking.effort);
}

void read_includes(Fields& fields, ResponseRequest& request) {
  bool logprobs = false;
  for (const std::string& name : fields.texts("include", includes_max)) {
    if (name == "web_search_call.action.sources") {
      request.sources = CallSources::sent;
    } else if (name == "message.output_text.logprobs") {
      logprobs = true;
    } else {
      fields.reject("include", "unsupported_field",
                    "may hold web_search_call.action.sources and message.output_text.logprobs");
    }
  }
  const std::int64_t best = fields.integer("top_logprobs", 0, top_logprobs_max).value_or(0);
  if (logprobs) request.question.sampling.logprobs = static_cast<std::size_t>(best);
  if (!logprobs && best > 0) {
    fields.reject("top_logprobs", "invalid_value",
                  "is for requests that include message.output_text.logprobs");
  }
}

void read_delivery(Fields& fields, ResponseRequest& request) {
  if (fields.flag("stream").value_or(false)) request.delivery = Delivery::streamed;
  const json::object* object = fields.object("stream_options");
  if (object == nullptr) return;
  if (request.delivery != Delivery::streamed) {
    fields.reject("stream_options", "invalid_value", "is for requests with \"stream\": true");
  }
  Fields options(*object, "stream_options");
  constexpr std::array padding{UnservedField{"include_obfuscation", "false"}};
  refuse_unserved(options, padding);
  if (const auto error = options.finish()) fields.reject(*error);
}

json::object settings_of(const json::object& body, const ResponseRequest& request) {
  json::object settings;
  for (const auto& [name, absent] : repeated) {
    const json::value* value = body.if_contains(name);
    settings[name] = value == nullptr || value->is_null() ? json::parse(absent) : *value;
  }
  const model::Sampling& sampling = request.question.sampling;
  settings["temperature"] = sampling.temperature;
  settings["top_p"] = sampling.top_p;
  settings["top_logprobs"] = sampling.logprobs.value_or(0);
  const json::value* reasoning = body.if_contains("reasoning");
  const json::value* effort = reasoning != nullptr && reasoning->is_object()
                                  ? reasoning->get_object().if_contains("effort")
                                  : nullptr;
  settings["reasoning"] = {{"effort", effort == nullptr ? json::value(nullptr) : *effort},
                           {"summary", nullptr}};
  const json::value* text = body.if_contains("text");
  const json::value* format =
      text != nullptr && text->is_object() ? text->get_object().if_contains("format") : nullptr;
  const bool shaped = format != nullptr && !format->is_null();
  settings["text"] = {{"format", shaped ? *format : json::value{{"type", "text"}}},
                      {"verbosity", "medium"}};
  settings["service_tier"] =
      request.question.priority == model::Priority::background ? "flex" : "default";
  settings["store"] = false;
  settings["background"] = false;
  settings["truncation"] = "disabled";
  settings["previous_response_id"] = nullptr;
  return settings;
}

void read_tools(Fields& fields, const ServedModels& models, Question& question,
                const config::AnswerConfig& config, const Scope& readable) {
  ResponseTools tools = read_response_tools(fields, models, question);
  if (tools.searches) {
    read_web_search_terms(fields, question, config, readable);
  } else {
    refuse_web_search_terms(fields, question, readable);
  }
  if (question.shape && question.grounding == Grounding::required) {
    fields.reject("require_sources", "invalid_value",
                  "contradicts text.format: text of a schema has no citations");
  }
  take_tools(fields, std::move(tools.functions), "text", question);
}

void read_labels(Fields& fields, Question& question) {
  // End users' names for the service's own records: checked, repeated, and kept nowhere.
  read_label(fields, "user");
  read_label(fields, "safety_identifier");
  question.cache_salt = read_salt(fields);
}

}  // namespace

std::expected<ResponseRequest, ApiError> parse_response_request(std::string_view body,
                                                                const ServedModels& models,
                                                                const config::AnswerConfig& config,
                                                                const Scope& readable) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  ResponseRequest request;
  Question& question = request.question;
  question = question_of(config);
  question.messages = read_response_input(fields);
  question.model = read_model(fields, models);
  read_lengths(fields, models, question);
  read_sampling(fields, question.sampling);
  read_penalties(fields, question.sampling);
  read_includes(fields, request);
  read_text(fields, question);
  read_tools(fields, models, question, config, readable);
  question.priority = read_tier(fields);
  read_delivery(fields, request);
  read_metadata(fields);
  read_labels(fields, question);
  refuse_unserved(fields, unserved);
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  request.settings = settings_of(*object, request);
  return request;
}

}  // namespace seekd::daemon
