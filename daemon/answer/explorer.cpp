#include "daemon/answer/explorer.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "daemon/answer/model_opinion.h"
#include "policy/coverage.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t round_pages = 4;

// What was confirmed for this question is young enough for it, whatever its server says of later.
std::vector<Passage> confirmed(std::vector<Passage> passages) {
  for (Passage& passage : passages) {
    passage.fresh_until = TimePoint::max();
    passage.stale_forbidden = false;
  }
  return passages;
}

std::string outcome_text(const ProviderOutcome& outcome) {
  std::string text = outcome.provider + ": " + std::string(to_string(outcome.state));
  if (outcome.results > 0) text += ", " + std::to_string(outcome.results) + " pages";
  return text;
}

}  // namespace

void Explorer::begin(Aim aim, std::vector<Lead> leads, TimePoint now) {
  aim_ = std::move(aim);
  const std::size_t named = leads.size();
  reading_.offer(std::move(leads));
  if (aim_.until == Aim::Until::enough) return next(now);
  if (!reading_.begin_round(named, now)) done_ = true;
  go_on(now);
}

void Explorer::on(event::Found& found, TimePoint now) {
  reading_.on(found, now);
  go_on(now);
}

void Explorer::on(event::Fetched& fetched, TimePoint now) {
  reading_.on(fetched);
  go_on(now);
}

void Explorer::on(event::Stored& stored, TimePoint now) {
  reading_.on(stored);
  go_on(now);
}

void Explorer::on(event::WebSearched& searched, TimePoint now) {
  if (!std::exchange(searching_, false)) return;
  for (const ProviderOutcome& outcome : searched.findings.outcomes) {
    note(TraceStep::Kind::web_results, outcome_text(outcome));
  }
  std::ranges::move(searched.findings.notices, std::back_inserter(notices_));
  std::vector<Lead> leads;
  leads.reserve(searched.findings.results.size());
  for (WebResult& result : searched.findings.results) {
    leads.push_back({std::move(result.url), result.provenance});
  }
  reading_.offer(std::move(leads));
  next(now);
}

// An opinion that was not to be had is none: the words have spoken.
void Explorer::on(const event::CoverageJudged& judged, TimePoint now) {
  if (!std::exchange(opinion_due_, false)) return;
  if (!judged.scores) {
    if (likely_) cover();
  } else {
    const double yes = opinion_of(*judged.scores);
    note(TraceStep::Kind::opinion,
         yes > 0.5 ? "the model: they answer it" : "the model: they do not");
    if (yes > 0.5) cover();
  }
  go_on(now);
}

void Explorer::on(const event::ReadingDeadline&, TimePoint now) {
  note(TraceStep::Kind::budget, "the time for reading is over");
  call_off();
  reading_.overdue();
  go_on(now);
}

void Explorer::call_off() {
  if (std::exchange(searching_, false)) actions_.emplace_back(action::StopSearchingWeb{});
  if (std::exchange(opinion_due_, false)) actions_.emplace_back(action::StopGenerating{});
  reading_.call_off();
}

std::vector<Notice> Explorer::notices() const {
  std::vector<Notice> notices = notices_;
  std::ranges::copy(reading_.notices(), std::back_inserter(notices));
  return notices;
}

void Explorer::go_on(TimePoint now) {
  if (done_ || searching_) return;
  if (aim_.until == Aim::Until::all_read) {
    done_ = reading_.settled();
    return;
  }
  judge_coverage(now);
  if (reading_.settled() && !opinion_due_) next(now);
}

// REQUIRES: nothing is under way.
void Explorer::next(TimePoint now) {
  if (reading_.begin_round(round_pages, now)) return go_on(now);
  if (queries_asked_ == 0 && search_web()) return;
  if (!aim_.queries.empty() && reading_.may_read_on()) {
    reading_.offer_links();
    if (reading_.begin_round(round_pages, now)) return go_on(now);
  }
  if (queries_asked_ > 0 && search_web()) return;
  done_ = true;
}

// First the best query alone, then what it left over.
bool Explorer::search_web() {
  if (queries_asked_ == aim_.queries.size() || !reading_.may_read_on()) return false;
  const std::size_t until = queries_asked_ == 0 ? 1 : aim_.queries.size();
  std::vector<WebQuery> queries(aim_.queries.begin() + static_cast<std::ptrdiff_t>(queries_asked_),
                                aim_.queries.begin() + static_cast<std::ptrdiff_t>(until));
  for (const WebQuery& query : queries) note(TraceStep::Kind::web_search, query.text);
  reading_.start_clock();
  queries_asked_ = until;
  searching_ = true;
  actions_.emplace_back(action::SearchWeb{std::move(queries)});
  return true;
}

void Explorer::judge_coverage(TimePoint now) {
  if (opinion_due_ || judged_ == reading_.gathered().size()) return;
  judged_ = reading_.gathered().size();
  std::vector<Passage> passages = aim_.known;
  std::ranges::copy(reading_.gathered(), std::back_inserter(passages));
  passages = confirmed(std::move(passages));
  const policy::CoverageVerdict verdict =
      policy::judge_coverage(aim_.text, passages, now, std::nullopt);
  note(TraceStep::Kind::coverage, verdict.reason);
  likely_ = verdict.coverage == policy::Coverage::enough;
  const bool ask = policy::is_unsure(verdict) && room_.model().judges;
  if (!ask || opinions_ == question_.budget.rounds) {
    if (likely_) cover();
    return;
  }
  ++opinions_;
  opinion_due_ = true;
  passages = room_.choose(std::move(passages), question_, now);
  actions_.emplace_back(action::JudgeCoverage{coverage_request(question_, passages, now)});
}

void Explorer::cover() {
  note(TraceStep::Kind::enough, "what was read answers it");
  reading_.enough();
}

void Explorer::note(TraceStep::Kind kind, std::string_view detail) {
  actions_.emplace_back(action::Note{trace_step(kind, "", detail)});
}

}  // namespace seekd::daemon
