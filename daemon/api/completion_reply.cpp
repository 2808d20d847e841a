#include "daemon/api/completion_reply.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr double logprob_min = -9999;  // OpenAI's, of what is next to impossible

std::string_view to_text(model::FinishReason finish) {
  return finish == model::FinishReason::stop ? "stop" : "length";
}

json::object usage_json(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}}}};
}

// A character that several tokens make up begins in the first of them.
std::size_t characters_begun(std::string_view bytes) {
  return static_cast<std::size_t>(std::ranges::count_if(
      bytes, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

// Lists of equal length, a place for each token.
json::value logprobs_json(const std::vector<model::AnswerToken>& tokens, std::size_t offset) {
  if (tokens.empty()) return nullptr;
  json::array texts, logprobs, best, offsets;
  for (const model::AnswerToken& token : tokens) {
    texts.emplace_back(token.chosen.text);
    logprobs.emplace_back(std::max(token.chosen.logprob, logprob_min));
    json::object others;
    for (const auto& one : token.best) others[one.text] = std::max(one.logprob, logprob_min);
    best.push_back(std::move(others));
    offsets.emplace_back(offset);
    offset += characters_begun(token.chosen.bytes);
  }
  return json::object{{"tokens", std::move(texts)},
                      {"token_logprobs", std::move(logprobs)},
                      {"top_logprobs", std::move(best)},
                      {"text_offset", std::move(offsets)}};
}

json::object body_json(const CompletionReply& reply, json::array choices) {
  return {{"id", reply.id},
          {"object", "text_completion"},
          {"created", reply.created.time_since_epoch().count()},
          {"model", reply.model},
          {"choices", std::move(choices)}};
}

json::object choice_json(std::size_t index, std::string_view text, json::value logprobs,
                         json::value finish) {
  return {{"index", index},
          {"text", text},
          {"logprobs", std::move(logprobs)},
          {"finish_reason", std::move(finish)}};
}

std::string chunk_json(const CompletionReply& reply, json::object choice) {
  json::object body = body_json(reply, {std::move(choice)});
  if (reply.usage_chunk == UsageChunk::sent) body["usage"] = nullptr;
  return json::serialize(body);
}

}  // namespace

std::string completion_json(const CompletionReply& reply, const std::vector<Answer>& choices,
                            const Usage& usage) {
  json::array items;
  for (std::size_t index = 0; index < choices.size(); ++index) {
    const Answer& answer = choices[index];
    items.push_back(choice_json(index, answer.content, logprobs_json(answer.tokens, 0),
                                json::value(to_text(answer.finish))));
  }
  json::object body = body_json(reply, std::move(items));
  body["usage"] = usage_json(usage);
  return json::serialize(body);
}

std::string piece_chunk_json(const CompletionReply& reply, std::size_t choice,
                             const model::TextDelta& delta, std::size_t offset) {
  return chunk_json(
      reply, choice_json(choice, delta.content, logprobs_json(delta.tokens, offset), nullptr));
}

std::string end_chunk_json(const CompletionReply& reply, std::size_t choice,
                           model::FinishReason finish) {
  return chunk_json(reply, choice_json(choice, "", nullptr, json::value(to_text(finish))));
}

std::string usage_chunk_json(const CompletionReply& reply, const Usage& usage) {
  json::object body = body_json(reply, {});
  body["usage"] = usage_json(usage);
  return json::serialize(body);
}

}  // namespace seekd::daemon
