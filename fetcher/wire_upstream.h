// What crosses between seekd and seekd-fetcher when a model of another server is asked: POST
// /upstream with an UpstreamRequest, which names a table [[upstream]] and one of its paths; no URL
// and no key. Beside its first byte (SCM_RIGHTS) come the writing end of a pipe and, of a chat, a
// sealed memfd with the body: the broker, which hands both to the worker, looks into neither, and
// answers 200 with the verdict line of a FetchReply (wire.h) once the pipe is closed.
//
// Into the pipe the worker writes what it read in the server's reply, an UpstreamEvent a line, as
// it comes; a byte of the server's own never crosses. Pure conversions; any thread. Errors:
// invalid_argument (names the field), too_large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "policy/upstream.h"

namespace seekd::fetcher {

inline constexpr std::size_t upstream_body_bytes_max = 16 << 20;
inline constexpr std::size_t upstream_event_bytes_max = 256 << 10;  // of the server's
inline constexpr std::size_t upstream_line_bytes_max = 4 << 20;     // of ours: all may be escaped
inline constexpr std::size_t upstream_tokens_max = 4096;            // of one event
inline constexpr std::size_t upstream_best_max = 20;                // OpenAI's top_logprobs
inline constexpr std::size_t upstream_calls_max = 128;              // of one answer
inline constexpr std::size_t upstream_name_bytes_max = 256;  // of a function's, and a call's id
inline constexpr std::size_t upstream_message_bytes_max = 1024;
inline constexpr std::size_t upstream_model_bytes_max = 256;

struct UpstreamRequest {
  std::string upstream;  // its name
  policy::UpstreamPath path = policy::UpstreamPath::models;
  std::uint64_t body_bytes = 0;  // of the memfd; 0: there is none

  bool operator==(const UpstreamRequest&) const = default;
};

struct UpstreamChance {
  std::string text;
  double logprob = 0;

  bool operator==(const UpstreamChance&) const = default;
};

struct UpstreamToken {
  UpstreamChance chosen;
  std::vector<UpstreamChance> best;

  bool operator==(const UpstreamToken&) const = default;
};

// A piece of a call: its arguments go on from where the piece before ended.
struct UpstreamCall {
  std::uint64_t index = 0;  // below upstream_calls_max
  std::string id = {};
  std::string name = {};
  std::string arguments = {};

  bool operator==(const UpstreamCall&) const = default;
};

struct UpstreamUsage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t reasoning_tokens = 0;

  bool operator==(const UpstreamUsage&) const = default;
};

enum class UpstreamFinish : std::uint8_t {
  none,    // it goes on
  stop,    // the model ended, or what the server calls an end beside the next
  length,  // its room was full
  calls,   // the model waits for what the functions that it called give back
};

// What came, each part as far as it is there.
struct UpstreamEvent {
  std::string content = {};
  std::string reasoning = {};
  std::vector<UpstreamToken> tokens = {};
  std::vector<UpstreamCall> calls = {};  // at most upstream_calls_max
  UpstreamFinish finish = UpstreamFinish::none;
  std::optional<UpstreamUsage> usage = std::nullopt;
  std::string error = {};  // what the server says is wrong; UTF-8 on one line
  std::string model = {};  // of a list: one of its models

  bool operator==(const UpstreamEvent&) const = default;
};

std::string to_json(const UpstreamRequest& request);
Result<UpstreamRequest> parse_upstream_request(std::string_view json);
std::string to_json(const UpstreamEvent& event);  // without the line's end
Result<UpstreamEvent> parse_upstream_event(std::string_view line);

}  // namespace seekd::fetcher
