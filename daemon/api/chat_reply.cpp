#include "daemon/api/chat_reply.h"

#include <utility>

#include <boost/json.hpp>

#include "daemon/api/answer_json.h"
#include "daemon/calls_json.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::string_view finish_reason(model::FinishReason finish) {
  switch (finish) {
    case model::FinishReason::stop:
      return "stop";
    case model::FinishReason::length:
      return "length";
    case model::FinishReason::calls:
      return "tool_calls";
  }
  return "stop";
}

json::object call_delta_json(const model::ToolCallDelta& delta) {
  json::object function{{"arguments", delta.arguments}};
  json::object out{{"index", delta.index}};
  if (!delta.name.empty()) {
    function["name"] = delta.name;
    out["id"] = delta.id;
    out["type"] = "function";
  }
  out["function"] = std::move(function);
  return out;
}

json::array annotations_json(const Answer& answer) {
  json::array annotations;
  for (const Citation& citation : answer.citations) {
    annotations.push_back(
        {{"type", "url_citation"}, {"url_citation", citation_json(answer, citation)}});
  }
  return annotations;
}

json::object step_json(const TraceStep& step) {
  json::object out{{"at_ms", step.at.count()}, {"step", to_string(step.kind)}};
  if (!step.url.empty()) out["url"] = step.url;
  if (!step.detail.empty()) out["detail"] = step.detail;
  return out;
}

json::object usage_json(const Answer& answer) {
  const Usage& usage = answer.usage;
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}}},
          {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}},
          {"num_search_queries", usage.search_queries},
          {"num_web_searches", usage.web_searches},
          {"search_tokens", usage.search_tokens},
          {"charged_tokens", charged_tokens(answer)},
          {"citation_tokens", usage.citation_tokens},
          {"citations_dropped", answer.citations_dropped}};
}

json::object head_json(const ChatReply& reply, std::string_view object) {
  return {{"id", reply.id},
          {"object", object},
          {"created", reply.created.time_since_epoch().count()},
          {"model", reply.model}};
}

json::value logprobs_json(const std::vector<model::AnswerToken>& tokens) {
  if (tokens.empty()) return nullptr;
  return json::object{{"content", token_logprobs_json(tokens)}, {"refusal", nullptr}};
}

json::object chunk_json(const ChatReply& reply, json::object delta, json::value finish,
                        json::value logprobs = nullptr) {
  json::object body = head_json(reply, "chat.completion.chunk");
  body["choices"] = json::array{{{"index", 0},
                                 {"delta", std::move(delta)},
                                 {"logprobs", std::move(logprobs)},
                                 {"finish_reason", std::move(finish)}}};
  if (reply.usage_chunk == UsageChunk::sent) body["usage"] = nullptr;
  return body;
}

}  // namespace

std::string completion_json(const ChatReply& reply, const Answer& answer) {
  json::object message{{"role", "assistant"},
                       {"content", answer.content},
                       {"refusal", nullptr},
                       {"annotations", annotations_json(answer)}};
  if (!answer.reasoning.empty()) message["reasoning_content"] = answer.reasoning;
  if (!answer.calls.empty()) {
    message["tool_calls"] = calls_json(answer.calls);
    if (answer.content.empty()) message["content"] = nullptr;
  }
  json::object body = head_json(reply, "chat.completion");
  body["choices"] = json::array{{{"index", 0},
                                 {"message", std::move(message)},
                                 {"logprobs", logprobs_json(answer.tokens)},
                                 {"finish_reason", finish_reason(answer.finish)}}};
  body["usage"] = usage_json(answer);
  add_sources(body, answer);
  if (reply.trace == TraceSteps::sent) {
    json::array steps;
    for (const TraceStep& step : answer.trace) steps.push_back(step_json(step));
    body["trace"] = std::move(steps);
    body["trace_id"] = reply.trace_id;
  }
  return json::serialize(body);
}

std::string role_chunk_json(const ChatReply& reply) {
  return json::serialize(chunk_json(reply, {{"role", "assistant"}, {"content", ""}}, nullptr));
}

std::string delta_chunk_json(const ChatReply& reply, const model::TextDelta& delta) {
  json::object fields;
  if (!delta.reasoning.empty()) fields["reasoning_content"] = delta.reasoning;
  if (!delta.content.empty()) fields["content"] = delta.content;
  if (!delta.calls.empty()) {
    json::array calls;
    for (const model::ToolCallDelta& call : delta.calls) calls.push_back(call_delta_json(call));
    fields["tool_calls"] = std::move(calls);
  }
  return json::serialize(
      chunk_json(reply, std::move(fields), nullptr, logprobs_json(delta.tokens)));
}

std::string final_chunk_json(const ChatReply& reply, const Answer& answer) {
  json::object body = chunk_json(reply, {{"annotations", annotations_json(answer)}},
                                 json::value(finish_reason(answer.finish)));
  add_sources(body, answer);
  return json::serialize(body);
}

std::string step_chunk_json(const ChatReply& reply, const TraceStep& step) {
  json::object body = head_json(reply, "chat.completion.chunk");
  body["choices"] = json::array{};
  if (reply.usage_chunk == UsageChunk::sent) body["usage"] = nullptr;
  body["trace"] = json::array{step_json(step)};
  body["trace_id"] = reply.trace_id;
  return json::serialize(body);
}

std::string usage_chunk_json(const ChatReply& reply, const Answer& answer) {
  json::object body = head_json(reply, "chat.completion.chunk");
  body["choices"] = json::array{};
  body["usage"] = usage_json(answer);
  return json::serialize(body);
}

}  // namespace seekd::daemon
