// POST /v1/embeddings, the request: OpenAI's fields; `input_type` and `truncate_prompt_tokens`
// beside them.
//
// Pure; any thread. What cannot be honoured is refused by name, never ignored.

#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "daemon/api/api_error.h"
#include "daemon/embedding_desk.h"

namespace seekd::daemon {

// How a vector is written.
enum class VectorEncoding : std::uint8_t {
  numbers,  // "float": an array
  base64,   // of its components as 32-bit little-endian floats
};

struct EmbeddingsRequest {
  EmbeddingDesk::Wish wish;
  VectorEncoding encoding = VectorEncoding::numbers;
};

// `embedder` is the one that is served.
std::expected<EmbeddingsRequest, ApiError> parse_embeddings_request(
    std::string_view body, const model::EmbedderInfo& embedder);

}  // namespace seekd::daemon
