#include "daemon/api/completion_request.h"

#include <array>
#include <limits>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/fields.h"
#include "daemon/api/generation_fields.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t prompts_max = 128;
constexpr std::int64_t tokens_default = 16;  // OpenAI's

constexpr std::array<UnservedField, 3> unserved{{
    {"best_of", "1"},
    {"logit_bias", "{}"},
    {"suffix", R"("")"},
}};

std::vector<std::string> read_prompts(Fields& fields) {
  const json::value* prompt = fields.any("prompt");
  std::vector<std::string> prompts;
  if (prompt == nullptr || prompt->is_null()) {
    fields.reject("prompt", "missing_field", "is missing");
  } else if (prompt->is_string()) {
    prompts.emplace_back(prompt->get_string());
  } else {
    const json::array* items = fields.array("prompt");
    const bool numbers = items != nullptr && !items->empty() &&
                         (items->front().is_number() || items->front().is_array());
    if (numbers) {
      fields.reject("prompt", "unsupported_field", "holds token numbers: send strings");
    }
    prompts = fields.texts("prompt", prompts_max);
    if (prompts.empty()) fields.reject("prompt", "invalid_value", "must hold at least one text");
  }
  for (const std::string& text : prompts) {
    if (text.empty()) fields.reject("prompt", "invalid_value", "holds an empty text");
  }
  return prompts;
}

// A number here, where chats have two fields: so many best ones beside each token.
void read_logprobs(Fields& fields, CompletionRequest& request) {
  const auto best = fields.integer("logprobs", 0, top_logprobs_max);
  if (!best) return;
  request.generation.sampling.logprobs = static_cast<std::size_t>(*best);
  if (request.echo == Echo::sent) {
    fields.reject("echo", "unsupported_field",
                  "cannot be had with logprobs: those of a prompt are not computed");
  }
}

void read_choices(Fields& fields) {
  const auto choices = fields.integer("n", 1, std::numeric_limits<std::int64_t>::max());
  if (choices.value_or(1) == 1) return;
  fields.reject("n", "unsupported_field", "must be 1: one text is written for each prompt");
}

}  // namespace

std::expected<CompletionRequest, ApiError> parse_completion_request(std::string_view body,
                                                                    std::string_view model) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  CompletionRequest request;
  model::GenerateRequest& generation = request.generation;
  request.prompts = read_prompts(fields);
  read_model(fields, model);
  generation.tokens_max = static_cast<std::size_t>(
      fields.integer("max_tokens", 1, answer_tokens_max).value_or(tokens_default));
  read_sampling(fields, generation.sampling);
  read_penalties(fields, generation.sampling);
  if (fields.flag("echo").value_or(false)) request.echo = Echo::sent;
  read_logprobs(fields, request);
  generation.stop = read_stops(fields);
  generation.priority = read_tier(fields);
  generation.cache_salt = read_salt(fields);
  const DeliveryTerms terms = read_delivery(fields);
  request.delivery = terms.delivery;
  request.usage_chunk = terms.usage_chunk;
  read_choices(fields);
  // An end user's name for the service's own records: checked, and kept nowhere.
  read_label(fields, "user");
  refuse_unserved(fields, unserved);
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return request;
}

}  // namespace seekd::daemon
