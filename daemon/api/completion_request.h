// POST /v1/completions, the request: OpenAI's fields, and vLLM's beside them.
//
// Pure; any thread. What cannot be honoured is refused by name, never ignored.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/api_error.h"
#include "daemon/api/delivery.h"
#include "model/model.h"

namespace seekd::daemon {

enum class Echo : std::uint8_t {
  left_out,
  sent,  // a choice's text begins with its prompt
};

struct CompletionRequest {
  std::vector<std::string> prompts;   // each a choice of its own
  model::GenerateRequest generation;  // of each, but for its prompt
  Echo echo = Echo::left_out;
  Delivery delivery = Delivery::whole;
  UsageChunk usage_chunk = UsageChunk::left_out;
};

// `model` is the name of the one that is served.
std::expected<CompletionRequest, ApiError> parse_completion_request(std::string_view body,
                                                                    std::string_view model);

}  // namespace seekd::daemon
