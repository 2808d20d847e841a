// Does a question need fresh knowledge? By rules for English, Chinese and Japanese, by a small
// model learned from labelled questions, by the years that the resident model knows of; its own
// opinion, what the cache holds and what the caller wants come on top. Every verdict says what
// decided.
//
// Pure; `now` is an argument; any thread. Linear in the question.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/coverage.h"
#include "policy/false_premise.h"
#include "policy/page.h"
#include "policy/spoken_time.h"

namespace seekd::policy {

enum class ChangeClass : std::uint8_t {
  never_changing,  // arithmetic, definitions, settled history
  slow_changing,   // changes over years
  fast_changing,   // changes within months or less
  real_time,       // changes within hours: prices, weather, scores
};
std::string_view to_string(ChangeClass change_class);

// Without which the verdict on the web would have been another.
enum class Signal : std::uint8_t {
  rule,     // words of the question
  learned,  // the learned model turned the rules' sum
  cutoff,   // settled, and newer than what the resident model knows
  model,    // the resident model was asked
  cache,    // what is stored answers it
  caller,   // the request says so
};
std::string_view to_string(Signal signal);

struct QuestionVerdict {
  bool needs_fresh = false;
  ChangeClass change_class = ChangeClass::never_changing;
  std::optional<std::chrono::seconds> max_age;  // how old knowledge may be; nullopt: any age
  double score = 0.0;                           // 0 never needs the web, 1 surely does
  Signal decided_by = Signal::rule;
  // What fired, strongest first: "names a URL", "word 'latest'"; what came on top at the end.
  std::vector<std::string> reasons;
  std::vector<std::string> urls;   // http(s) URLs written in the question, in order, as written
  std::vector<std::string> sites;  // as policy/site_mentions.h
  std::vector<std::string> asked_sites;  // of them, those whose word is wanted
  std::optional<SpokenTime> time;        // of which it speaks
  std::optional<TimePoint> as_of;        // it asks what pages said then
  PremiseSuspicion false_premise;
};

struct AskedOf {
  TimePoint now;
  // The first moment that the resident model does not know of; nullopt: two years before the
  // current one.
  std::optional<TimePoint> knowledge_cutoff = std::nullopt;
};

QuestionVerdict judge_question(std::string_view question, const AskedOf& asked);

// Do the rules leave it open? Then another's opinion is worth its time.
bool is_unsure(const QuestionVerdict& verdict);

// The verdict where a model was asked, too, and says with a probability of `yes` that the answer
// changes. REQUIRES: 0 <= yes <= 1.
QuestionVerdict with_opinion(QuestionVerdict verdict, double yes);

// The verdict where the cache was searched: young passages that hold what is asked need no web.
QuestionVerdict with_coverage(QuestionVerdict verdict, const CoverageVerdict& coverage);

enum class WebWish : std::uint8_t {
  none,       // as the question needs
  no_search,  // the model alone is to answer
  offline,    // what is stored may be used, nothing is fetched
};

struct CallerWish {
  WebWish web = WebWish::none;
  std::optional<std::chrono::seconds> max_age = std::nullopt;  // 0: everything is asked again
};

// The verdict where the caller said what is wanted: that wins over all signals.
QuestionVerdict with_wish(QuestionVerdict verdict, const CallerWish& wish);

}  // namespace seekd::policy
