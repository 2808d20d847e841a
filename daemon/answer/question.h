// Question: what a caller asks, and under which terms; complete and checked when it exists.
//
// Plain data, made by api/; any thread may read it.

#pragma once

#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/access/scope.h"
#include "daemon/answer/date_filter.h"
#include "daemon/answer/thinking.h"
#include "daemon/fair_shares.h"
#include "model/model.h"
#include "model/shape/grammar.h"

namespace seekd::daemon {

enum class Retrieval : std::uint8_t {
  enabled,   // pages may ground the answer
  disabled,  // the model alone answers
};

enum class SearchWhen : std::uint8_t {
  always,     // pages are looked for
  as_judged,  // where the verdict on the question says so; else the model alone answers
};

enum class Reach : std::uint8_t {
  web,         // what is missing or too old is fetched
  cache_only,  // nothing is fetched: "offline"
};

enum class Grounding : std::uint8_t {
  wished,    // an answer that no page supports says so
  required,  // it is refused, before a word of it is sent
};

// What may be read for one question.
struct ReadingBudget {
  std::size_t rounds = 1;
  std::size_t fetches = 0;  // pages through the door
  std::uint64_t bytes = 0;  // of their bodies, as transferred
};

// REQUIRES: one of them is the user's.
template <class Messages>
auto& last_asked(Messages& messages) {
  auto at = messages.end();
  while ((--at)->role != model::Role::user) assert(at != messages.begin());
  return *at;
}

struct Question {
  Claimant asked_by;  // whose turn it is answered in
  std::string model;  // a route's name, who writes; "" and "local" are the local model
  std::string judge;  // likewise, who is asked what the rules leave open
  // REQUIRES: one is the user's; the last one is, or a tool's result, for which nothing is read.
  std::vector<model::Message> messages;
  std::vector<model::Tool> tools;  // of the caller's; none with `shape`
  model::ToolUse tool_use;
  model::Sampling sampling;
  std::vector<std::string> stop;
  std::shared_ptr<const model::Grammar> shape;  // as in model::GenerateRequest
  std::string cache_salt;                       // as in model::GenerateRequest
  model::Priority priority = model::Priority::interactive;
  std::size_t tokens_max = 0;  // of the answer, thinking included; REQUIRES: > 0
  ThinkingTerms thinking;
  std::vector<std::string>
      urls;  // as written; pages that the caller names beside those in its text
  Retrieval retrieval = Retrieval::enabled;
  SearchWhen search = SearchWhen::always;
  Reach reach = Reach::web;
  Grounding grounding = Grounding::wished;
  Scope scope;
  std::optional<std::chrono::seconds>
      max_age;                            // how old a source may be; nullopt: its own lifetime
  std::optional<TimePoint> as_of;         // pages as they were then; nothing is fetched
  DateFilter dates;                       // of the sources
  std::vector<std::string> hosts;         // as in policy::SiteRule::host; empty: all
  std::vector<std::string> hosts_denied;  // likewise; wins
  ReadingBudget budget;
  std::size_t passages_max = 0;        // in the prompt
  std::size_t passage_tokens_max = 0;  // of all of them
  std::string trace_id = {};           // of who asked first; for logs alone, "" for none

  // What the user said last.
  const std::string& text() const { return last_asked(messages).content; }
};

}  // namespace seekd::daemon
