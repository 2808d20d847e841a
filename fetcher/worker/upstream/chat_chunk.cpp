#include "fetcher/worker/upstream/chat_chunk.h"

#include <algorithm>
#include <cmath>

#include <boost/json/serialize.hpp>

#include "fetcher/worker/search/json_reading.h"
#include "policy/utf8.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t models_max = 10'000;

std::string string_member(const json::value& value, std::string_view key) {
  const json::value* found = member(value, key);
  return found != nullptr && found->is_string() ? text_of(found) : "";
}

// On one line, and not longer than a message is.
std::string message_of(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return std::string(policy::first_bytes(text, upstream_message_bytes_max));
}

// -inf and nan, which JSON lacks, come as null or as a very small number.
double logprob_of(const json::value& value) {
  const json::value* found = member(value, "logprob");
  if (found == nullptr) return 0;
  json::error_code error;
  const auto number = found->to_number<double>(error);
  return error || !std::isfinite(number) ? -9999.0 : number;
}

UpstreamChance chance_of(const json::value& value) {
  return {string_member(value, "token"), logprob_of(value)};
}

Status read_tokens(const json::value& choice, UpstreamEvent& event) {
  const json::value* logprobs = member(choice, "logprobs");
  if (logprobs == nullptr) return {};
  const json::array& tokens = array_member(*logprobs, "content");
  if (tokens.size() > upstream_tokens_max) {
    return fail(ErrorCode::too_large, "more log-probabilities than an event may have");
  }
  for (const json::value& value : tokens) {
    UpstreamToken token{chance_of(value), {}};
    for (const json::value& best : array_member(value, "top_logprobs")) {
      if (token.best.size() < upstream_best_max) token.best.push_back(chance_of(best));
    }
    event.tokens.push_back(std::move(token));
  }
  return {};
}

std::uint64_t count_of(const json::value* value, std::string_view key) {
  const json::value* found = value == nullptr ? nullptr : member(*value, key);
  if (found == nullptr) return 0;
  json::error_code error;
  const auto number = found->to_number<std::uint64_t>(error);
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  return error ? 0 : std::min(number, most);
}

std::optional<UpstreamUsage> usage_of(const json::value& value) {
  const json::value* usage = member(value, "usage");
  if (usage == nullptr || !usage->is_object()) return std::nullopt;
  return UpstreamUsage{
      .prompt_tokens = count_of(usage, "prompt_tokens"),
      .cached_tokens = count_of(member(*usage, "prompt_tokens_details"), "cached_tokens"),
      .completion_tokens = count_of(usage, "completion_tokens"),
      .reasoning_tokens =
          count_of(member(*usage, "completion_tokens_details"), "reasoning_tokens")};
}

UpstreamFinish finish_of(const std::string& reason) {
  if (reason.empty()) return UpstreamFinish::none;
  if (reason == "tool_calls") return UpstreamFinish::calls;
  return reason == "length" ? UpstreamFinish::length : UpstreamFinish::stop;
}

// Arguments are JSON as text; some servers send them as they are.
std::string arguments_of(const json::value& function) {
  const json::value* arguments = member(function, "arguments");
  if (arguments == nullptr || arguments->is_null()) return "";
  return arguments->is_string() ? text_of(arguments) : json::serialize(*arguments);
}

// A whole answer's calls have no index but their place.
Status read_calls(const json::value& said, UpstreamEvent& event) {
  const json::array& calls = array_member(said, "tool_calls");
  for (const json::value& value : calls) {
    const json::value* index = member(value, "index");
    UpstreamCall call;
    call.index = index == nullptr ? event.calls.size() : count_of(&value, "index");
    call.id = string_member(value, "id");
    if (const json::value* function = member(value, "function")) {
      call.name = string_member(*function, "name");
      call.arguments = arguments_of(*function);
    }
    const bool fits = call.index < upstream_calls_max && event.calls.size() < upstream_calls_max &&
                      call.id.size() <= upstream_name_bytes_max &&
                      call.name.size() <= upstream_name_bytes_max &&
                      call.arguments.size() <= upstream_event_bytes_max;
    if (!fits) return fail(ErrorCode::too_large, "more calls than an answer may have");
    event.calls.push_back(std::move(call));
  }
  return {};
}

// `delta` of a chunk, `message` of a whole answer.
Status read_choice(const json::value& choice, UpstreamEvent& event) {
  const json::value* said = member(choice, "delta");
  if (said == nullptr) said = member(choice, "message");
  if (said != nullptr) {
    event.content = string_member(*said, "content");
    event.reasoning = string_member(*said, "reasoning_content");
    if (event.reasoning.empty()) event.reasoning = string_member(*said, "reasoning");
    if (const Status read = read_calls(*said, event); !read) return read;
  }
  event.finish = finish_of(string_member(choice, "finish_reason"));
  return read_tokens(choice, event);
}

}  // namespace

std::string error_of(const json::value& value) {
  const json::value* error = member(value, "error");
  const bool names_itself = string_member(value, "object") == "error";  // older vLLM
  if (error == nullptr && !names_itself) return "";
  if (error != nullptr && error->is_null()) return "";
  std::string text = error != nullptr && error->is_string() ? text_of(error)
                     : error != nullptr                     ? string_member(*error, "message")
                                                            : string_member(value, "message");
  return message_of(text.empty() ? "the server names no reason" : std::move(text));
}

Result<UpstreamEvent> read_chat_chunk(const json::value& value) {
  UpstreamEvent event;
  event.error = error_of(value);
  if (!event.error.empty()) return event;
  const json::value* choices = member(value, "choices");
  if (choices == nullptr || !choices->is_array()) {
    return fail(ErrorCode::invalid_argument, "neither an answer nor an error: no choices");
  }
  event.usage = usage_of(value);
  for (const json::value& choice : choices->get_array()) {
    if (count_of(&choice, "index") != 0) continue;  // one was asked for
    if (const Status read = read_choice(choice, event); !read) {
      return std::unexpected(read.error());
    }
    break;
  }
  return event;
}

Result<std::vector<UpstreamEvent>> read_model_list(const json::value& value) {
  const json::value* data = member(value, "data");
  if (data == nullptr || !data->is_array()) {
    return fail(ErrorCode::invalid_argument, "no list of models: no data");
  }
  std::vector<UpstreamEvent> events;
  for (const json::value& model : data->get_array()) {
    std::string id = string_member(model, "id");
    if (id.empty() || id.size() > upstream_model_bytes_max) continue;
    if (events.size() == models_max) break;
    events.push_back({.model = std::move(id)});
  }
  return events;
}

}  // namespace seekd::fetcher
