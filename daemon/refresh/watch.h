// Watch: a page, a feed or a sitemap that is refreshed by itself, or a question that is answered
// again when a page that its answer cites has changed; and what came of it.
//
// Plain data; any thread may read it.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/access/caller.h"
#include "policy/page.h"

namespace seekd::daemon {

inline constexpr std::size_t watch_runs_kept = 16;
inline constexpr std::size_t entries_given_up_max = 1000;

// What decides when a watch runs.
enum class Rhythm : std::uint8_t {
  calendar,  // the moments of a policy::Calendar
  interval,  // so long after the run before
  learned,   // so long that the page has changed with a probability of one half
};
std::string_view to_string(Rhythm rhythm);

struct WatchTerms {
  Rhythm rhythm = Rhythm::learned;
  std::string calendar;              // of `calendar`: readable by policy::Calendar
  std::chrono::seconds interval{0};  // of `interval`: over 0
  std::uint32_t entries_max = 0;     // of a feed or a sitemap, fetched in one run

  bool operator==(const WatchTerms&) const = default;
};

enum class RunOutcome : std::uint8_t {
  added,      // the page was not in the cache before; of a question, its first answer
  unchanged,  // its server said so (304), or its text is as it was; of a question, its answer
              // stands
  changed,    // a new version is stored; of a question, an answer that says something else
  failed,     // no page came, or it must not be stored, or no answer; `reason` says why
};
std::string_view to_string(RunOutcome outcome);

struct WatchRun {
  TimePoint at;  // its end
  RunOutcome outcome = RunOutcome::failed;
  std::string reason;   // of a failure: an EgressReason's name, or an ErrorCode's; else ""
  std::string message;  // likewise, one sentence
  std::uint16_t http_status = 0;
  // Of a feed or a sitemap: entries whose text is new now, and those that could not be had; of a
  // question: pages that its answer cited.
  std::uint32_t entries_fetched = 0;
  std::uint32_t entries_failed = 0;
  std::uint64_t wire_bytes = 0;  // of all its pages

  bool succeeded() const { return outcome != RunOutcome::failed; }
  bool operator==(const WatchRun&) const = default;
};

struct StandingQuestion {
  std::string text;
  std::string webhook;  // who is told what came of it (egress.webhook), by name; "": nobody
  CallerMark owner;     // who made it; it is asked with his rights

  bool operator==(const StandingQuestion&) const = default;
};

struct Watch {
  std::uint64_t id = 0;  // from 1; never given out again
  std::string url;       // canonical; one watch each; "" of a question
  std::optional<StandingQuestion> question;
  WatchTerms terms;
  TimePoint added_at;
  std::optional<TimePoint> due = std::nullopt;  // nullopt: its calendar has no moment left
  PageKind kind = PageKind::page;               // as it came last
  std::uint32_t failures_in_row = 0;
  std::uint64_t runs = 0;
  std::uint64_t changes = 0;
  std::uint64_t not_modified = 0;  // answered 304
  std::uint64_t failures = 0;
  std::uint64_t entries_left = 0;       // new ones that the latest run had no room for
  std::vector<WatchRun> history;        // the latest last
  std::vector<std::uint64_t> given_up;  // entries that gave no page, by their hash; sorted

  bool operator==(const Watch&) const = default;
};

// What all watches have spent on one day, and the numbers of the next watch and the next answer.
struct RefreshLedger {
  std::int64_t day = 0;  // of UTC, since 1970
  std::uint64_t pages = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t answers = 0;  // to questions, that the model wrote
  std::uint64_t next_id = 1;
  std::uint64_t next_event = 1;

  bool operator==(const RefreshLedger&) const = default;
};

}  // namespace seekd::daemon
