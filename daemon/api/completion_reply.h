// POST /v1/completions, the reply: a text_completion, or its chunks as server-sent events.
//
// Pure; any thread. Each function gives one JSON text without line breaks.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/answer/answer.h"
#include "daemon/api/delivery.h"

namespace seekd::daemon {

// What every chunk of one reply repeats.
struct CompletionReply {
  std::string id;     // "cmpl-…"
  std::string model;  // its name
  TimePoint created;
  UsageChunk usage_chunk = UsageChunk::left_out;
};

// Each answer is a choice, `usage` that of all; an echoed prompt stands in its content already.
std::string completion_json(const CompletionReply& reply, const std::vector<Answer>& choices,
                            const Usage& usage);

// `offset`: Unicode code points of the choice's text before this piece.
std::string piece_chunk_json(const CompletionReply& reply, std::size_t choice,
                             const model::TextDelta& delta, std::size_t offset);
std::string end_chunk_json(const CompletionReply& reply, std::size_t choice,
                           model::FinishReason finish);
std::string usage_chunk_json(const CompletionReply& reply, const Usage& usage);

}  // namespace seekd::daemon
