#include "daemon/api/chat_reply.h"

#include <algorithm>

#include <boost/json.hpp>

#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr double logprob_min = -9999;  // OpenAI's, of what is next to impossible

std::string_view finish_reason(model::FinishReason finish) {
  return finish == model::FinishReason::stop ? "stop" : "length";
}

json::object snapshot_json(const Source& source, std::size_t byte_begin, std::size_t byte_end) {
  return {{"hash", source.snapshot_hash},
          {"version", source.version},
          {"retrieved_at", format_time(source.retrieved_at)},
          {"state", policy::to_string(source.state)},
          {"byte_begin", byte_begin},
          {"byte_end", byte_end}};
}

json::array annotations_json(const Answer& answer) {
  json::array annotations;
  for (const Citation& citation : answer.citations) {
    const Source& source = answer.sources[citation.source];
    annotations.push_back(
        {{"type", "url_citation"},
         {"url_citation",
          {{"start_index", citation.start_index},
           {"end_index", citation.end_index},
           {"title", source.title},
           {"url", source.url},
           {"collection", policy::collection_of(source.url)},
           {"snapshot", snapshot_json(source, citation.byte_begin, citation.byte_end)}}}});
  }
  return annotations;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

// A source's snapshot range: where its first citation points, else the passage that the model was
// given.
json::object result_json(const Answer& answer, std::size_t index) {
  const Source& source = answer.sources[index];
  const auto cited = std::ranges::find(answer.citations, index, &Citation::source);
  const bool found = cited != answer.citations.end();
  return {{"title", source.title},
          {"url", source.url},
          {"date", text_or_null(source.published)},
          {"last_updated", text_or_null(source.modified)},
          {"snippet", source.snippet},
          {"source", policy::collection_of(source.url)},
          {"snapshot", snapshot_json(source, found ? cited->byte_begin : source.byte_begin,
                                     found ? cited->byte_end : source.byte_end)}};
}

// "citations" names the pages that a checked citation points to; "search_results" all that the
// model was given.
void add_sources(json::object& body, const Answer& answer) {
  json::array urls;
  json::array results;
  for (std::size_t index = 0; index < answer.sources.size(); ++index) {
    if (std::ranges::find(answer.citations, index, &Citation::source) != answer.citations.end()) {
      urls.emplace_back(answer.sources[index].url);
    }
    results.push_back(result_json(answer, index));
  }
  json::array notices;
  for (const Notice& notice : answer.notices) {
    json::object item{{"code", notice.code}, {"url", nullptr}, {"message", notice.message}};
    if (!notice.url.empty()) item["url"] = notice.url;
    notices.push_back(std::move(item));
  }
  body["citations"] = std::move(urls);
  body["search_results"] = std::move(results);
  body["notices"] = std::move(notices);
  body["answered_from"] = to_string(answer.origin);
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
          {"citation_tokens", usage.citation_tokens},
          {"citations_dropped", answer.citations_dropped}};
}

json::object head_json(const ChatReply& reply, std::string_view object) {
  return {{"id", reply.id},
          {"object", object},
          {"created", reply.created.time_since_epoch().count()},
          {"model", reply.model}};
}

json::object logprob_json(const model::TokenLogprob& token) {
  json::array bytes;
  for (const char byte : token.bytes) bytes.emplace_back(static_cast<unsigned char>(byte));
  return {{"token", token.text},
          {"logprob", std::max(token.logprob, logprob_min)},
          {"bytes", std::move(bytes)}};
}

json::value logprobs_json(const std::vector<model::AnswerToken>& tokens) {
  if (tokens.empty()) return nullptr;
  json::array content;
  for (const model::AnswerToken& token : tokens) {
    json::object entry = logprob_json(token.chosen);
    json::array best;
    for (const model::TokenLogprob& one : token.best) best.push_back(logprob_json(one));
    entry["top_logprobs"] = std::move(best);
    content.push_back(std::move(entry));
  }
  return json::object{{"content", std::move(content)}, {"refusal", nullptr}};
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
  return json::serialize(body);
}

std::string usage_chunk_json(const ChatReply& reply, const Answer& answer) {
  json::object body = head_json(reply, "chat.completion.chunk");
  body["choices"] = json::array{};
  body["usage"] = usage_json(answer);
  return json::serialize(body);
}

ApiError to_chat_error(const Error& error) {
  ApiError out = to_api_error(error);
  if (error.code == ErrorCode::not_found) {
    out.status = 422;
    out.code = "no_sources";
    out.param = "require_sources";
  }
  if (error.code != ErrorCode::too_large) return out;
  out.code = "context_length_exceeded";
  out.param = "messages";
  return out;
}

}  // namespace seekd::daemon
