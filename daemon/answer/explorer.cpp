#include "daemon/answer/explorer.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "daemon/answer/model_opinion.h"
#include "daemon/finding/model_queries.h"
#include "daemon/finding/queries.h"
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
  cost_.web_searches += searched.findings.requests;
  cost_.web_searches -= std::exchange(searches_running_, 0);
  std::ranges::move(searched.findings.notices, std::back_inserter(notices_));
  std::vector<Lead> leads;
  leads.reserve(searched.findings.results.size());
  for (WebResult& result : searched.findings.results) {
    std::string title = result.title + (result.snippet.empty() ? "" : ": " + result.snippet);
    leads.push_back({std::move(result.url), result.provenance, std::move(title)});
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

void Explorer::on(event::ModelSaid& said, TimePoint now) {
  const Asking asked = std::exchange(asking_, Asking::nothing);
  if (asked == Asking::nothing) return;
  if (said.generation) {
    cost_.tokens += said.generation->prompt_tokens + said.generation->completion_tokens;
  }
  if (asked == Asking::choice) return take_choice(said.generation, now);
  take_words(said.generation);
  next(now);
}

void Explorer::on(const event::ReadingDeadline&, TimePoint now) {
  note(TraceStep::Kind::budget, "the time for reading is over");
  call_off();
  reading_.overdue();
  go_on(now);
}

void Explorer::call_off() {
  if (std::exchange(searching_, false)) actions_.emplace_back(action::StopSearchingWeb{});
  const bool opinion = std::exchange(opinion_due_, false);
  const Asking asked = std::exchange(asking_, Asking::nothing);
  if (opinion || asked != Asking::nothing) actions_.emplace_back(action::StopGenerating{});
  reading_.call_off();
}

std::vector<Notice> Explorer::notices() const {
  std::vector<Notice> notices = notices_;
  std::ranges::copy(reading_.notices(), std::back_inserter(notices));
  return notices;
}

void Explorer::go_on(TimePoint now) {
  if (done_ || searching_ || asking_ != Asking::nothing) return;
  if (aim_.until == Aim::Until::all_read) {
    done_ = reading_.settled();
    return;
  }
  judge_coverage(now);
  if (reading_.settled() && !opinion_due_) next(now);
}

// REQUIRES: nothing is under way.
void Explorer::next(TimePoint now) {
  if (ask_choice(now)) return;
  if (reading_.begin_round(round_pages, now)) return go_on(now);
  if (word_queries(now)) return;
  if (queries_asked_ == 0 && search_web(1)) return;
  if (follow_links(now)) return go_on(now);
  if (queries_asked_ > 0 && search_web(aim_.queries.size() - queries_asked_)) return;
  done_ = true;
}

// Where nothing new was to be found, no links of old pages are followed.
bool Explorer::follow_links(TimePoint now) {
  if (!reading_.may_read_on()) return false;
  follows_links_ = follows_links_ || !aim_.queries.empty() || !aim_.entrances.empty();
  if (!aim_.entrances.empty()) {
    reading_.offer(std::exchange(aim_.entrances, {}));
    if (reading_.begin_round(round_pages, now)) return true;
  }
  if (!follows_links_) return false;
  reading_.offer_links();
  return reading_.begin_round(round_pages, now);
}

// Once, when it is certain that the web is searched.
bool Explorer::word_queries(TimePoint now) {
  if (worded_ || aim_.queries.empty() || !room_.model().searches || !reading_.may_read_on()) {
    return false;
  }
  worded_ = true;
  asking_ = Asking::queries;
  reading_.start_clock();
  actions_.emplace_back(action::AskModel{queries_request(question_, now, aim_.queries_max)});
  return true;
}

// What it does not say the rules have said.
void Explorer::take_words(const Result<model::Generation>& said) {
  std::vector<std::string> worded;
  if (said) worded = read_queries(said->content, aim_.queries_max);
  note(TraceStep::Kind::worded, worded.empty() ? "by rules: the model gave no query"
                                               : "by the model: " + std::to_string(worded.size()));
  aim_.queries = joined_queries(std::move(worded), std::move(aim_.queries), aim_.queries_max);
}

// What a search has found, and what the pages read since link to. A model that loops ends with the
// budget.
bool Explorer::ask_choice(TimePoint now) {
  const bool asks = room_.model().searches && !misled_ && queries_asked_ > 0;
  if (!asks || !reading_.may_read_on()) return false;
  if (choices_ == question_.budget.rounds + aim_.queries_max) return false;
  reading_.offer_links();
  offers_.pages = reading_.waiting(offers_max);
  if (offers_.pages.empty()) return false;
  offers_.read = aim_.known;
  std::ranges::copy(reading_.gathered(), std::back_inserter(offers_.read));
  offers_.reads_max = std::min(round_pages, offers_.pages.size());
  offers_.searches_left = aim_.queries_max - std::min(aim_.queries_max, queries_asked_);
  ++choices_;
  asking_ = Asking::choice;
  actions_.emplace_back(
      action::AskModel{talk_.ask(question_, offers_, aim_.queries[queries_asked_ - 1].text, now)});
  return true;
}

void Explorer::take_choice(const Result<model::Generation>& said, TimePoint now) {
  const auto chosen = said ? talk_.take(*said, offers_, question_) : std::nullopt;
  if (chosen) return std::visit([&](const auto& what) { act_on(what, now); }, *chosen);
  misled_ = true;
  note(TraceStep::Kind::chosen, "by rules: the model named nothing that was offered");
  next(now);
}

void Explorer::act_on(const choice::Read& read, TimePoint now) {
  std::vector<std::string> urls;
  std::string numbers;
  for (const std::size_t page : read.pages) {
    urls.push_back(offers_.pages[page].url);
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(page + 1);
  }
  note(TraceStep::Kind::chosen, "reads " + numbers + " of " + std::to_string(offers_.pages.size()));
  reading_.prefer(urls);
  if (!reading_.begin_round(urls.size(), now)) return next(now);
  go_on(now);
}

void Explorer::act_on(const choice::Search& search, TimePoint now) {
  note(TraceStep::Kind::chosen, "searches");
  WebQuery query = query_of(search.query);
  query.hosts = aim_.queries.front().hosts;
  query.hosts_denied = aim_.queries.front().hosts_denied;
  aim_.queries.insert(aim_.queries.begin() + static_cast<std::ptrdiff_t>(queries_asked_),
                      std::move(query));
  aim_.queries.resize(std::min(aim_.queries.size(), aim_.queries_max));
  if (!search_web(1)) next(now);
}

void Explorer::act_on(const choice::Answer&, TimePoint now) {
  note(TraceStep::Kind::chosen, "answers");
  cover();
  next(now);
}

bool Explorer::search_web(std::size_t count) {
  if (queries_asked_ == aim_.queries.size() || !reading_.may_read_on()) return false;
  const std::size_t until = queries_asked_ + count;
  std::vector<WebQuery> queries(aim_.queries.begin() + static_cast<std::ptrdiff_t>(queries_asked_),
                                aim_.queries.begin() + static_cast<std::ptrdiff_t>(until));
  for (const WebQuery& query : queries) note(TraceStep::Kind::web_search, query.text);
  reading_.start_clock();
  searches_running_ = queries.size();
  cost_.web_searches += queries.size();
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
  actions_.emplace_back(
      action::JudgeCoverage{coverage_request(question_, passages, now), collections_of(passages)});
}

void Explorer::cover() {
  note(TraceStep::Kind::enough, "what was read answers it");
  reading_.enough();
}

void Explorer::note(TraceStep::Kind kind, std::string_view detail) {
  actions_.emplace_back(action::Note{trace_step(kind, "", detail)});
}

}  // namespace seekd::daemon
