#include "daemon/api/response_items.h"

#include <utility>

#include "daemon/api/answer_json.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::string_view to_text(WebSearchCall::State state) {
  switch (state) {
    case WebSearchCall::State::under_way:
      return "in_progress";
    case WebSearchCall::State::completed:
      return "completed";
    case WebSearchCall::State::failed:
      break;
  }
  return "failed";
}

json::object action_json(const WebSearchCall& call, CallSources sources) {
  switch (call.action) {
    case WebSearchCall::Action::open_page:
      return {{"type", "open_page"}, {"url", call.url}};
    case WebSearchCall::Action::find_in_page:
      return {{"type", "find_in_page"}, {"url", call.url}, {"pattern", call.query}};
    case WebSearchCall::Action::search:
      break;
  }
  json::object action{
      {"type", "search"}, {"query", call.query}, {"queries", json::array{call.query}}};
  if (sources == CallSources::left_out) return action;
  json::array pages;
  for (const std::string& url : call.sources) pages.push_back({{"type", "url"}, {"url", url}});
  action["sources"] = std::move(pages);
  return action;
}

}  // namespace

json::object call_item_json(std::string_view id, const WebSearchCall& call, CallSources sources) {
  return {{"id", id},
          {"type", "web_search_call"},
          {"status", to_text(call.state)},
          {"action", action_json(call, sources)}};
}

json::object reasoning_item_json(std::string_view id, std::string_view status,
                                 json::array content) {
  return {{"id", id},
          {"type", "reasoning"},
          {"status", status},
          {"summary", json::array{}},
          {"content", std::move(content)}};
}

json::object message_item_json(std::string_view id, std::string_view status, json::array content) {
  return {{"id", id},
          {"type", "message"},
          {"status", status},
          {"role", "assistant"},
          {"content", std::move(content)}};
}

json::object function_item_json(std::string_view id, std::string_view status,
                                const model::ToolCall& call) {
  return {{"id", id},           {"type", "function_call"}, {"status", status},
          {"call_id", call.id}, {"name", call.name},       {"arguments", call.arguments}};
}

json::object reasoning_part_json(std::string_view text) {
  return {{"type", "reasoning_text"}, {"text", text}};
}

json::object text_part_json(std::string_view text, json::array annotations, json::array logprobs) {
  return {{"type", "output_text"},
          {"text", text},
          {"annotations", std::move(annotations)},
          {"logprobs", std::move(logprobs)}};
}

json::object flat_annotation_json(const Answer& answer, const Citation& citation) {
  json::object annotation = citation_json(answer, citation);
  annotation["type"] = "url_citation";
  return annotation;
}

json::object response_usage_json(const Answer& answer) {
  const Usage& usage = answer.usage;
  return {{"input_tokens", usage.prompt_tokens},
          {"input_tokens_details", {{"cached_tokens", usage.cached_tokens}}},
          {"output_tokens", usage.completion_tokens},
          {"output_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"num_search_queries", usage.search_queries},
          {"citation_tokens", usage.citation_tokens},
          {"citations_dropped", answer.citations_dropped}};
}

}  // namespace seekd::daemon
