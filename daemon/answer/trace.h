// Trace: what was done for one question, step by step, each with its time: for the caller who asks
// how an answer came about.
//
// Plain data; any thread. A trace is small: at most `trace_steps_max` steps, each of bounded size.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace seekd::daemon {

inline constexpr std::size_t trace_steps_max = 200;
inline constexpr std::size_t trace_detail_bytes_max = 300;

struct TraceStep {
  enum class Kind : std::uint8_t {
    judged,            // whether the question needs fresh knowledge, and why
    surveyed,          // what the cache knows of it
    worded,            // the model words the queries, or cannot
    web_search,        // the query that search providers are asked
    web_results,       // how many pages one of them offers, or why none
    chosen,            // what the model reads or searches next, or that it has enough
    round,             // pages are read: how many, and where they are from
    fetching,          // a page is asked for through the door
    fetched,           // it came
    unchanged,         // its server confirmed the stored copy
    stored,            // it stands in the cache
    not_read,          // refused, failed or late: the notice's code
    coverage,          // whether what was read is enough
    opinion,           // what the model says to that
    enough,            // what is still under way is stopped
    budget,            // what one question may read is spent
    source,            // a page of which the model is given passages
    prompt,            // passages, and of how many pages, the model is given
    generating,        // the model begins
    generated,         // it has ended
    citation_dropped,  // it failed its check
    shared,            // the answer is another asker's, who asks the same
    cached,            // the answer was given before, and its pages are as they were
  };

  Kind kind = Kind::judged;
  std::string url;                  // "" when it is about none
  std::string detail;               // one line
  std::chrono::milliseconds at{0};  // since the question came
};

std::string_view to_string(TraceStep::Kind kind);

// With `url` and `detail` cut to what a step may hold.
TraceStep trace_step(TraceStep::Kind kind, std::string_view url, std::string_view detail);

}  // namespace seekd::daemon
