// Answer: what a question comes back with. Every citation in it names a stored snapshot and has
// been checked against it.
//
// Plain data; any thread may read it.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/trace.h"
#include "model/model.h"
#include "policy/http_freshness.h"
#include "policy/page.h"

namespace seekd::daemon {

// A page that stood in the prompt.
struct Source {
  std::string url;
  std::string title;
  std::string published;  // as PageMetadata has them
  std::string modified;
  std::string snippet;        // the beginning of its best passage
  std::string snapshot_hash;  // "" of a page that its server forbids to store
  std::uint32_t version = 0;
  TimePoint retrieved_at;
  policy::SourceState state = policy::SourceState::fresh;
  std::size_t byte_begin = 0;  // of the passage that stood in the prompt, in the snapshot's text
  std::size_t byte_end = 0;
};

// A sentence of the answer and the range of a snapshot that supports it.
struct Citation {
  std::size_t source = 0;       // index into Answer::sources
  std::size_t start_index = 0;  // of the sentence in Answer::content, in Unicode code points
  std::size_t end_index = 0;    // one past it
  std::size_t byte_begin = 0;   // of the support in the snapshot's text, in bytes
  std::size_t byte_end = 0;
};

// What the caller should know of how the answer came about: a page that could not be read, an old
// copy that was used.
struct Notice {
  std::string code;     // stable: an EgressReason's name, or one of docs/api.md
  std::string url;      // "" when it is about none
  std::string message;  // one sentence

  bool operator==(const Notice&) const = default;
};

struct Usage {
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;  // of the prompt: known from an earlier request, and not run again
  std::size_t completion_tokens = 0;
  std::size_t reasoning_tokens = 0;  // of them
  std::size_t search_queries = 0;    // searches over the cache
  std::size_t citation_tokens = 0;   // of the passages in the prompt
  std::size_t pages_fetched = 0;     // requests through the door
  std::size_t web_searches = 0;      // likewise, of searches of the web: queries, feeds
  std::size_t search_tokens = 0;     // that the model read and wrote to find pages
};

enum class AnswerOrigin : std::uint8_t {
  computed,  // for who asked
  shared,    // for another, who was just asking the same
  kept,      // some time ago, and its pages are as they were then
};
std::string_view to_string(AnswerOrigin origin);

struct Answer {
  std::string model;  // who wrote it: a route's name, or the local model's
  std::string content;
  std::string reasoning;
  std::vector<model::AnswerToken> tokens;  // of what the model wrote, where they were asked for
  std::vector<model::ToolCall> calls;      // of the caller's tools, behind the content
  model::FinishReason finish = model::FinishReason::stop;
  std::vector<Source> sources;
  std::vector<Citation> citations;    // in the order of the content
  std::size_t citations_dropped = 0;  // markers and supports that failed their check
  std::vector<Notice> notices;
  // By which its sources were young enough; nullopt: by their own lifetimes.
  std::optional<std::chrono::seconds> max_age;
  AnswerOrigin origin = AnswerOrigin::computed;
  std::vector<TraceStep> trace;  // in the order of their times
  Usage usage;
};

// What of it counts against its caller's limits: who is given what was computed for another, or a
// while ago, has it for nothing.
std::size_t charged_tokens(const Answer& answer);
std::size_t charged_fetches(const Answer& answer);

// The usage of an answer that is given again: its tokens are those of its text, all of its prompt
// was known, and nothing was read for it.
Usage usage_given_again(Usage usage);

}  // namespace seekd::daemon
