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
#include "daemon/api/delivery.h"
#include "daemon/api/generation_fields.h"

namespace seekd::daemon {

enum class TraceSteps : std::uint8_t { left_out, sent };  // trace

struct ChatRequest {
  Question question;
  Delivery delivery = Delivery::whole;
  UsageChunk usage_chunk = UsageChunk::left_out;
  TraceSteps trace = TraceSteps::left_out;
};

// `models` are what the caller may ask, `readable` what he may read.
std::expected<ChatRequest, ApiError> parse_chat_request(std::string_view body,
                                                        const ServedModels& models,
                                                        const config::AnswerConfig& config,
                                                        const Scope& readable);

}  // namespace seekd::daemon
