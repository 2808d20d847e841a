#include "daemon/routing/chat_body.h"

#include <boost/json.hpp>

#include "daemon/calls_json.h"
#include "fetcher/wire_upstream.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::string_view name_of(model::Role role) {
  switch (role) {
    case model::Role::system:
      return "system";
    case model::Role::user:
      return "user";
    case model::Role::assistant:
      return "assistant";
    case model::Role::tool:
      return "tool";
  }
  return "user";
}

json::array messages_json(const std::vector<model::Message>& messages) {
  json::array all;
  for (const model::Message& message : messages) {
    json::object out{{"role", name_of(message.role)}, {"content", message.content}};
    if (message.role == model::Role::tool) out["tool_call_id"] = message.call_id;
    if (!message.calls.empty()) out["tool_calls"] = calls_json(message.calls);
    if (!message.calls.empty() && message.content.empty()) out["content"] = nullptr;
    all.push_back(std::move(out));
  }
  return all;
}

json::value choice_json(const model::ToolUse& use) {
  using Mode = model::ToolUse::Mode;
  if (!use.only.empty()) {
    return {{"type", "function"}, {"function", {{"name", use.only}}}};
  }
  return use.mode == Mode::required ? "required" : use.mode == Mode::none ? "none" : "auto";
}

// REQUIRES: parameters of tools are JSON.
void add_tools(json::object& body, const model::GenerateRequest& request) {
  if (request.tools.empty()) return;
  json::array tools;
  for (const model::Tool& tool : request.tools) {
    json::object function{{"name", tool.name}, {"parameters", json::parse(tool.parameters)}};
    if (!tool.description.empty()) function["description"] = tool.description;
    tools.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  body["tools"] = std::move(tools);
  body["tool_choice"] = choice_json(request.tool_use);
  if (!request.tool_use.parallel) body["parallel_tool_calls"] = false;
}

// Fields at their default are left out: not every server knows them all.
void add_sampling(json::object& body, const model::Sampling& sampling) {
  body["temperature"] = sampling.temperature;
  if (sampling.top_p < 1.0) body["top_p"] = sampling.top_p;
  if (sampling.top_k > 0) body["top_k"] = sampling.top_k;
  if (sampling.min_p > 0.0) body["min_p"] = sampling.min_p;
  if (sampling.seed != 0) body["seed"] = static_cast<std::int64_t>(sampling.seed);
  if (sampling.frequency_penalty != 0.0) body["frequency_penalty"] = sampling.frequency_penalty;
  if (sampling.presence_penalty != 0.0) body["presence_penalty"] = sampling.presence_penalty;
  if (sampling.repetition_penalty != 1.0) body["repetition_penalty"] = sampling.repetition_penalty;
  if (!sampling.logprobs) return;
  body["logprobs"] = true;
  body["top_logprobs"] = *sampling.logprobs;
}

}  // namespace

std::string chat_body(const model::GenerateRequest& request, const std::string& name) {
  json::object body{{"model", name},
                    {"messages", messages_json(request.messages)},
                    {"max_tokens", request.tokens_max},
                    {"stream", true},
                    {"stream_options", {{"include_usage", true}}}};
  add_sampling(body, request.sampling);
  add_tools(body, request);
  if (!request.stop.empty()) body["stop"] = json::array(request.stop.begin(), request.stop.end());
  return json::serialize(body);
}

std::string score_body(const model::ScoreRequest& request, const std::string& name) {
  return json::serialize(json::object{{"model", name},
                                      {"messages", messages_json(request.messages)},
                                      {"max_tokens", 1},
                                      {"temperature", 0.0},
                                      {"logprobs", true},
                                      {"top_logprobs", fetcher::upstream_best_max},
                                      {"stream", false}});
}

}  // namespace seekd::daemon
