// W3C Trace Context (https://www.w3.org/TR/trace-context-2/): which request of which other one a
// request is part of, so that the lines that several programs log of it are found together.
//
// Pure; any thread. What is not of the form is no trace at all: nothing of it is kept, and a new
// one begins (§3.2.4). Nothing here ever leaves for a web page.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seekd::policy {

inline constexpr std::size_t trace_id_digits = 32;
inline constexpr std::size_t span_id_digits = 16;
inline constexpr std::size_t trace_state_bytes_max = 512;  // §3.3.1.5
inline constexpr std::size_t trace_state_members_max = 32;

struct TraceContext {
  std::string trace_id;    // 32 lower-case hex digits, not all 0
  std::string span_id;     // 16, likewise: of the request itself
  std::uint8_t flags = 0;  // bit 0: sampled; bit 1: the trace id is random (level 2)
  std::string state;  // what other vendors' tools keep there, passed on as it came; "" for none

  bool operator==(const TraceContext&) const = default;
};

bool is_trace_id(std::string_view text);

// `traceparent` and `tracestate` of a request, "" where there is none. nullopt: it says of none.
// span_id is then the caller's (§3.2.2.4). A state that is not of the form is left out (§3.3.1).
std::optional<TraceContext> parse_trace_context(std::string_view traceparent,
                                                std::string_view tracestate);

// "00-TRACE-SPAN-FLAGS", of `traceparent` and `traceresponse`. REQUIRES: both ids are of the form.
std::string trace_parent(const TraceContext& trace);

}  // namespace seekd::policy
