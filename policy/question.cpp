#include "policy/question.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "policy/folded_text.h"
#include "policy/page_questions.h"
#include "policy/question_evidence.h"
#include "policy/question_model.h"
#include "policy/site_mentions.h"
#include "policy/url_mentions.h"
#include "policy/words.h"

namespace seekd::policy {
namespace {

// Of a long text, the question stands at its beginning or its end; what lies between is material to
// work on.
constexpr std::size_t edge_bytes = 2048;
// Of a model whose cutoff is not known: its knowledge ends one to two years before it is used.
constexpr int unknown_years = 2;

std::string edges(std::string_view text) {
  if (text.size() <= 2 * edge_bytes) return std::string(text);
  return std::string(text.substr(0, edge_bytes)) + '\n' +
         std::string(text.substr(text.size() - edge_bytes));
}

double chance_of(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

double log_odds_of(double chance) {
  const double clamped = std::clamp(chance, 0.01, 0.99);
  return std::log(clamped / (1 - clamped));
}

std::chrono::seconds max_age_of(ChangeClass change_class) {
  using namespace std::chrono_literals;
  switch (change_class) {
    case ChangeClass::real_time:
      return 10min;
    case ChangeClass::fast_changing:
      return 24h;
    case ChangeClass::slow_changing:
    case ChangeClass::never_changing:
      break;
  }
  return 30 * 24h;
}

// What was gathered after the time that is asked about has it whole.
std::optional<std::chrono::seconds> widened(std::optional<std::chrono::seconds> max_age,
                                            const std::optional<SpokenTime>& time, TimePoint now) {
  if (!time || !time->is_over(now)) return max_age;
  return std::max(max_age.value_or(std::chrono::seconds(0)), now - time->span.end);
}

std::string percent_of(double chance) {
  return std::to_string(std::lround(100 * chance)) + " %";
}

// The sum of all evidence decides whether the answer changes, the fastest rule for it how fast;
// where the rules are not sure, what is learned from labelled questions has the last word.
QuestionVerdict weigh(std::vector<Evidence> evidence, std::span<const Word> words, int this_year) {
  QuestionVerdict verdict;
  const EvidenceSum rules = sum_of(evidence);
  double sum = rules.log_odds;
  ChangeClass fastest = rules.fastest;
  for (Evidence& e : evidence) verdict.reasons.push_back(std::move(e.reason));
  if (const auto learned = learned_opinion(words, {sum, rules.is_fast()}, this_year)) {
    sum = learned->changes;
    if (fastest != ChangeClass::real_time || !rules.changes()) {
      fastest = learned->fast > 0 ? ChangeClass::fast_changing : ChangeClass::slow_changing;
    }
    if ((sum > 0) != rules.changes()) verdict.decided_by = Signal::learned;
    verdict.reasons.push_back("worded like questions of which " + percent_of(chance_of(sum)) +
                              " change");
    verdict.false_premise = {chance_of(learned->false_premise),
                             "worded like questions with a false premise"};
  }
  verdict.score = chance_of(sum);
  verdict.needs_fresh = sum > 0;
  if (sum > 0) {
    verdict.change_class = fastest;
    verdict.max_age = max_age_of(fastest);
  }
  return verdict;
}

void require_fresh(QuestionVerdict& verdict, Signal signal, std::string reason) {
  if (!verdict.needs_fresh) verdict.decided_by = signal;
  verdict.needs_fresh = true;
  verdict.score = std::max(verdict.score, 0.9);
  verdict.reasons.insert(verdict.reasons.begin(), std::move(reason));
}

TimePoint cutoff_of(const AskedOf& asked) {
  return asked.knowledge_cutoff.value_or(year_span(year_of(asked.now) - unknown_years).begin);
}

}  // namespace

std::string_view to_string(ChangeClass change_class) {
  switch (change_class) {
    case ChangeClass::never_changing:
      return "never_changing";
    case ChangeClass::slow_changing:
      return "slow_changing";
    case ChangeClass::fast_changing:
      return "fast_changing";
    case ChangeClass::real_time:
      return "real_time";
  }
  return "never_changing";
}

std::string_view to_string(Signal signal) {
  switch (signal) {
    case Signal::rule:
      return "rule";
    case Signal::learned:
      return "learned";
    case Signal::cutoff:
      return "cutoff";
    case Signal::model:
      return "model";
    case Signal::cache:
      return "cache";
    case Signal::caller:
      return "caller";
  }
  return "rule";
}

QuestionVerdict judge_question(std::string_view question, const AskedOf& asked) {
  const std::string text = fold_text(edges(question), Letters::as_written).text;
  const std::vector<Word> words = words_of(text);
  QuestionVerdict verdict = weigh(evidence_of(text, words, asked.now), words, year_of(asked.now));
  verdict.time = spoken_time(text, asked.now);
  if (auto suspicion = suspect_premise(words, verdict.time, asked.now);
      suspicion.score >= verdict.false_premise.score) {
    verdict.false_premise = std::move(suspicion);
  }
  if (!verdict.needs_fresh && verdict.time && verdict.time->span.end > cutoff_of(asked)) {
    require_fresh(verdict, Signal::cutoff, verdict.time->words + " may be newer than the model");
  }
  verdict.max_age = widened(verdict.max_age, verdict.time, asked.now);
  if (!verdict.needs_fresh) verdict.max_age.reset();
  verdict.sites = site_mentions(text);
  verdict.urls = url_mentions(question);
  const Mentions mentions{verdict.urls, verdict.sites};
  verdict.asked_sites = asked_sites(text, mentions);
  verdict.as_of = asked_version(text, mentions, verdict.time, asked.now);
  if (!verdict.asked_sites.empty()) {
    require_fresh(verdict, Signal::rule, "asks what " + verdict.asked_sites.front() + " says");
  }
  if (!verdict.urls.empty()) require_fresh(verdict, Signal::rule, "names a URL");
  return verdict;
}

bool is_unsure(const QuestionVerdict& verdict) {
  return verdict.score > 0.3 && verdict.score < 0.7;
}

// Half of what the model says in log-odds: it is sure of more than it knows.
QuestionVerdict with_opinion(QuestionVerdict verdict, double yes) {
  const double sum = log_odds_of(verdict.score) + log_odds_of(yes) / 2;
  verdict.reasons.push_back("the model says so with " + percent_of(yes));
  verdict.score = chance_of(sum);
  if (verdict.needs_fresh == (sum > 0)) return verdict;
  verdict.needs_fresh = sum > 0;
  verdict.decided_by = Signal::model;
  verdict.change_class = sum > 0 ? ChangeClass::slow_changing : ChangeClass::never_changing;
  verdict.max_age = sum > 0 ? std::optional(max_age_of(verdict.change_class)) : std::nullopt;
  return verdict;
}

QuestionVerdict with_coverage(QuestionVerdict verdict, const CoverageVerdict& coverage) {
  verdict.reasons.push_back("cache: " + coverage.reason);
  if (!verdict.needs_fresh || coverage.coverage != Coverage::enough) return verdict;
  verdict.needs_fresh = false;
  verdict.decided_by = Signal::cache;
  return verdict;
}

QuestionVerdict with_wish(QuestionVerdict verdict, const CallerWish& wish) {
  if (wish.max_age) {
    verdict.max_age = wish.max_age;
    verdict.decided_by = Signal::caller;
    verdict.reasons.push_back("the caller wants knowledge of at most " +
                              std::to_string(wish.max_age->count()) + " s");
    // Nothing but the web is that young.
    if (wish.max_age->count() == 0) verdict.needs_fresh = true;
  }
  if (wish.web == WebWish::none) return verdict;
  verdict.needs_fresh = false;
  verdict.decided_by = Signal::caller;
  verdict.reasons.emplace_back(wish.web == WebWish::offline ? "the caller wants nothing fetched"
                                                            : "the caller wants the model alone");
  return verdict;
}

}  // namespace seekd::policy
