// POST /v1/responses, the request: OpenAI's fields, and ours beside them.
//
// Pure; any thread. What cannot be honoured is refused by name, never ignored. docs/api.md lists
// the fields.

#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include <boost/json.hpp>

#include "config/config.h"
#include "daemon/answer/question.h"
#include "daemon/api/api_error.h"
#include "daemon/api/delivery.h"
#include "daemon/api/generation_fields.h"

namespace seekd::daemon {

enum class CallSources : std::uint8_t { left_out, sent };  // web_search_call.action.sources

struct ResponseRequest {
  Question question;
  Delivery delivery = Delivery::whole;
  CallSources sources = CallSources::left_out;
  boost::json::object settings;  // what a reply repeats of its request
};

// `models` are what the caller may ask, `readable` what he may read.
std::expected<ResponseRequest, ApiError> parse_response_request(std::string_view body,
                                                                const ServedModels& models,
                                                                const config::AnswerConfig& config,
                                                                const Scope& readable);

}  // namespace seekd::daemon
