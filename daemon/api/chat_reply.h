// POST /v1/chat/completions, the reply: a chat.completion, or its chunks as server-sent events.
//
// Pure; any thread. Each function gives one JSON text without line breaks.

#pragma once

#include <string>

#include "daemon/answer/answer.h"
#include "daemon/api/chat_request.h"

namespace seekd::daemon {

// What every chunk of one reply repeats.
struct ChatReply {
  std::string id;     // "chatcmpl-…"
  std::string model;  // its name
  TimePoint created;
  UsageChunk usage_chunk = UsageChunk::left_out;
  TraceSteps trace = TraceSteps::left_out;
  std::string trace_id = {};  // sent beside the steps: what the logs call the request
};

std::string completion_json(const ChatReply& reply, const Answer& answer);

std::string role_chunk_json(const ChatReply& reply);
std::string delta_chunk_json(const ChatReply& reply, const model::TextDelta& delta);
// A chunk without choices, as the usage's is: clients that do not know it pass it over.
std::string step_chunk_json(const ChatReply& reply, const TraceStep& step);
// finish_reason and the annotations; beside the choices citations, search_results and notices.
std::string final_chunk_json(const ChatReply& reply, const Answer& answer);
std::string usage_chunk_json(const ChatReply& reply, const Answer& answer);

}  // namespace seekd::daemon
