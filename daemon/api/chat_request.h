// POST /v1/chat/completions, the request: OpenAI's fields, those of search services beside them,
// and ours.
//
// Pure; any thread. What cannot be honoured is refused by name, never ignored. docs/api.md lists
// the fields.

#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "config/config.h"
#include "daemon/answer/question.h"
#include "daemon/api/api_error.h"

namespace seekd::daemon {

enum class Delivery : std::uint8_t {
  whole,     // one JSON object
  streamed,  // server-sent events
};

enum class UsageChunk : std::uint8_t { left_out, sent };  // stream_options.include_usage

enum class TraceSteps : std::uint8_t { left_out, sent };  // trace

struct ChatRequest {
  Question question;
  Delivery delivery = Delivery::whole;
  UsageChunk usage_chunk = UsageChunk::left_out;
  TraceSteps trace = TraceSteps::left_out;
};

// `model` is the one that is served; `readable` what the caller may read.
std::expected<ChatRequest, ApiError> parse_chat_request(std::string_view body,
                                                        const model::ModelInfo& model,
                                                        const config::AnswerConfig& config,
                                                        const Scope& readable);

}  // namespace seekd::daemon
