#include "daemon/answer/answer_machine.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "daemon/answer/model_opinion.h"
#include "daemon/answer/sources.h"
#include "daemon/answer/suspicion.h"
#include "daemon/finding/queries.h"
#include "daemon/time_text.h"
#include "policy/coverage.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t survey_passages = 20;

void add_once(std::vector<std::string>& urls, const std::string& url) {
  if (std::ranges::find(urls, url) == urls.end()) urls.push_back(url);
}

template <class T>
bool holds(const std::vector<T>& sources, const std::string& url) {
  return std::ranges::find(sources, url, &T::url) != sources.end();
}

// Pages that are named, and no others.
Aim all_of_them() {
  Aim aim;
  aim.until = Aim::Until::all_read;
  return aim;
}

std::string verdict_text(const policy::QuestionVerdict& verdict) {
  std::string text = verdict.needs_fresh ? "needs fresh knowledge" : "needs no fresh knowledge";
  if (!verdict.reasons.empty()) text += ": " + verdict.reasons.front();
  return text;
}

}  // namespace

AnswerMachine::AnswerMachine(Question question, Settings settings, ModelView model)
    : question_(std::move(question)),
      settings_(std::move(settings)),
      room_(std::move(model)),
      explorer_(question_, room_, settings_.reading, actions_),
      writer_(question_, room_, actions_) {
  assert(!question_.messages.empty());
}

Actions AnswerMachine::resume(Event event, TimePoint now) {
  now_ = now;
  actions_.clear();
  if (stage_ != Stage::done) {
    std::visit([this](auto& what) { on(what); }, event);
  }
  return std::move(actions_);
}

void AnswerMachine::on(const event::Started&) {
  assert(stage_ == Stage::idle);
  if (auto room = room_.measure(question_); !room) return fail(std::move(room.error()));
  if (question_.as_of && !is_past(*question_.as_of)) {
    return fail({ErrorCode::invalid_argument, "as_of lies in the future: name a moment that was"});
  }
  if (question_.retrieval == Retrieval::disabled) return write({});
  verdict_ = policy::judge_question(question_.text(), {now_, room_.model().knowledge_cutoff});
  if (!room_.model().judges || !question_.urls.empty() || !policy::is_unsure(verdict_)) {
    return plan();
  }
  stage_ = Stage::judging;
  act(action::Judge{opinion_request(question_.text(), question_.priority)});
}

// An opinion that was not to be had is none: the rules have spoken.
void AnswerMachine::on(event::Judged& judged) {
  if (stage_ != Stage::judging) return;
  if (judged.scores) {
    verdict_ = policy::with_opinion(std::move(verdict_), opinion_of(*judged.scores));
  }
  plan();
}

void AnswerMachine::plan() {
  SourcePlan plan = plan_sources(question_, verdict_, question_.budget.fetches);
  draft_.notices = std::move(plan.notices);
  note(TraceStep::Kind::judged, verdict_text(verdict_));
  heed_time();
  if (!plan.urls.empty()) {
    return explore(all_of_them(), std::move(plan.urls));
  }
  if (!draft_.notices.empty() || !heed_sites() || is_for_the_model_alone()) return write({});
  stage_ = Stage::surveying;
  search({});
}

// "What did the page say on 1 March?" is asked of the pages of then, unless the caller says of
// which.
void AnswerMachine::heed_time() {
  if (!verdict_.as_of || question_.as_of || question_.max_age) return;
  question_.as_of = verdict_.as_of;
  as_of_question_ = true;
  note(TraceStep::Kind::judged, "asks what pages said by " + format_time(*question_.as_of));
}

// A site whose word is wanted leaves the others out. False: the caller leaves out all that are.
bool AnswerMachine::heed_sites() {
  if (verdict_.asked_sites.empty() || !question_.scope.has(policy::web_collection)) return true;
  SitePlan plan = plan_sites(question_, verdict_.asked_sites);
  std::ranges::move(plan.notices, std::back_inserter(draft_.notices));
  if (plan.hosts.empty()) return false;
  question_.hosts = std::move(plan.hosts);
  if (question_.reach != Reach::web || question_.as_of) return true;
  for (std::string& url : plan.entrances) {
    entrances_.push_back({std::move(url), policy::Provenance::user});
  }
  return true;
}

// The caller leaves it to the verdict, and nothing that changes is asked for.
bool AnswerMachine::is_for_the_model_alone() const {
  const policy::CallerWish wish{.max_age = question_.max_age};
  return question_.search == SearchWhen::as_judged &&
         !policy::with_wish(verdict_, wish).needs_fresh;
}

template <class What>
void AnswerMachine::explore_on(What& what) {
  if (stage_ != Stage::exploring) return;
  explorer_.on(what, now_);
  retrieve_when_explored();
}

void AnswerMachine::on(event::Found& found) {
  explore_on(found);
}

void AnswerMachine::on(event::Fetched& fetched) {
  explore_on(fetched);
}

void AnswerMachine::on(event::Stored& stored) {
  explore_on(stored);
}

void AnswerMachine::on(event::WebSearched& searched) {
  explore_on(searched);
}

void AnswerMachine::on(const event::CoverageJudged& judged) {
  explore_on(judged);
}

void AnswerMachine::on(event::ModelSaid& said) {
  explore_on(said);
}

void AnswerMachine::on(const event::ReadingDeadline& deadline) {
  explore_on(deadline);
}

void AnswerMachine::on(event::Searched& searched) {
  if (stage_ != Stage::surveying && stage_ != Stage::retrieving) return;
  if (!searched.passages) {
    draft_.notices.push_back({"search_failed", "", searched.passages.error().message});
    searched.passages.emplace();
  }
  if (stage_ == Stage::surveying) return survey(std::move(*searched.passages));
  compose(std::move(*searched.passages));
}

void AnswerMachine::on(const event::AnswerDeadline&) {
  if (stage_ == Stage::writing) return writer_.overdue();
  if (stage_ == Stage::judging) act(action::StopGenerating{});
  fail({ErrorCode::timeout, "the answer took longer than " +
                                std::to_string(settings_.deadline.count()) +
                                " s (answer.deadline)"});
}

void AnswerMachine::on(event::Tokens& tokens) {
  writer_.on(tokens);
}

void AnswerMachine::on(event::Generated& generated) {
  writer_.on(generated);
  if (writer_.done()) stage_ = Stage::done;
}

void AnswerMachine::on(const event::Checked& checked) {
  writer_.on(checked);
  if (writer_.done()) stage_ = Stage::done;
}

void AnswerMachine::on(const event::Cancelled&) {
  if (writer_.generating() || stage_ == Stage::judging) act(action::StopGenerating{});
  fail({ErrorCode::cancelled, "the caller took the question back"});
}

void AnswerMachine::explore(Aim aim, std::vector<std::string> urls) {
  stage_ = Stage::exploring;
  std::vector<Lead> leads;
  leads.reserve(urls.size());
  for (std::string& url : urls) leads.push_back({std::move(url), policy::Provenance::user});
  explorer_.begin(std::move(aim), std::move(leads), now_);
  retrieve_when_explored();
}

void AnswerMachine::search(std::vector<std::string> urls) {
  ++draft_.usage.search_queries;
  act(action::Search{{.text = search_text(question_.text(), verdict_.urls),
                      .top = survey_passages,
                      .hosts = question_.hosts,
                      .hosts_denied = question_.hosts_denied,
                      .urls = std::move(urls),
                      .collections = question_.scope.collections}});
}

bool AnswerMachine::is_past(TimePoint time) const {
  return std::chrono::floor<std::chrono::days>(time) <= std::chrono::floor<std::chrono::days>(now_);
}

// The pages that speak of it now are those that are looked up as they were.
std::vector<std::string> AnswerMachine::pages_of(const std::vector<Passage>& passages) const {
  std::vector<std::string> urls;
  for (const Passage& passage : passages) add_once(urls, passage.url);
  urls.resize(std::min(urls.size(), question_.budget.fetches));
  return urls;
}

// No page was named: what the cache knows decides.
void AnswerMachine::survey(std::vector<Passage> passages) {
  if (question_.as_of && !passages.empty()) {
    return explore(all_of_them(), pages_of(passages));
  }
  if (!leave_out_by_date(passages, question_.dates, now_).empty() && passages.empty()) {
    draft_.notices.push_back({"date_filtered", "", "no stored page is of the dates asked for"});
  }
  Aim aim{.text = search_text(question_.text(), verdict_.urls),
          .known = {},
          .queries = {},
          .queries_max = settings_.web_queries_max,
          .entrances = entrances_};
  if (searches_web()) aim.queries = queries_for(question_, verdict_, now_, aim.queries_max);
  const auto max_age = question_.max_age      ? question_.max_age
                       : verdict_.needs_fresh ? verdict_.max_age
                                              : std::nullopt;
  const policy::CoverageVerdict verdict = policy::judge_coverage(aim.text, passages, now_, max_age);
  note(TraceStep::Kind::surveyed, verdict.reason);
  verdict_ = policy::with_coverage(std::move(verdict_), verdict);
  if (verdict.coverage == policy::Coverage::none) {
    if (aim.queries.empty() && aim.entrances.empty()) {
      if (verdict_.needs_fresh) tell_no_source();
      return write({});
    }
    question_.max_age = max_age;
    return explore(std::move(aim), {});
  }
  if (question_.reach == Reach::cache_only) return compose(std::move(passages));
  // An old passage comes into the prompt when its page has been asked again, and not otherwise.
  std::vector<std::string> old;
  std::erase_if(passages, [&](const Passage& passage) {
    const bool too_old = policy::judge_age(passage, max_age, now_) == policy::Age::too_old;
    if (too_old) add_once(old, passage.url);
    return too_old;
  });
  if (max_age) question_.max_age = max_age;
  if (verdict.coverage == policy::Coverage::enough) return compose(std::move(passages));
  aim.known = std::move(passages);
  explore(std::move(aim), std::move(old));
}

// Who accepts no age beyond a bound wants what is new, whatever the question sounds like.
bool AnswerMachine::searches_web() const {
  return settings_.web_queries_max > 0 && question_.reach == Reach::web && !question_.as_of &&
         question_.scope.has(policy::web_collection) && (verdict_.needs_fresh || question_.max_age);
}

void AnswerMachine::tell_no_source() {
  draft_.notices.push_back(
      {"no_source", "",
       searches_web() ? "neither the stored pages nor a search of the web has a page on it"
                      : "no stored page speaks of it, and the question names none"});
}

void AnswerMachine::retrieve_when_explored() {
  if (!explorer_.done()) return;
  std::ranges::move(explorer_.notices(), std::back_inserter(draft_.notices));
  if (reading().empty() && explorer_.known().empty()) tell_no_source();
  std::vector<std::string> urls = reading().searchable();
  for (const Passage& passage : explorer_.known()) add_once(urls, passage.url);
  stage_ = Stage::retrieving;
  if (urls.empty()) return compose({});
  search(std::move(urls));
}

// RFC 9111 §4.2.4. A page that was confirmed for this answer serves it, however soon it is stale.
void AnswerMachine::leave_out_unconfirmed(std::vector<Passage>& passages) {
  std::erase_if(passages, [&](const Passage& passage) {
    if (!must_be_confirmed(passage, now_)) return false;
    if (const PageReading* page = reading().page_at(passage.url)) return !page->ready();
    if (question_.reach != Reach::cache_only) return true;
    if (!holds(draft_.notices, passage.url)) {
      draft_.notices.push_back(unconfirmed_notice(passage.url));
    }
    return false;
  });
}

void AnswerMachine::compose(std::vector<Passage> candidates) {
  leave_out_unconfirmed(candidates);
  // A page that was asked for stands in the prompt even where no word of the question is in it.
  reading().add_unfound(candidates);
  std::ranges::move(leave_out_by_date(candidates, question_.dates, now_),
                    std::back_inserter(draft_.notices));
  lower_suspected(candidates, draft_.notices);
  std::vector<Passage> passages = room_.choose(std::move(candidates), question_, now_);
  if (reading().empty() && question_.reach == Reach::cache_only) tell_old(passages);
  write(std::move(passages));
}

// What PageReading says of pages that are named.
void AnswerMachine::tell_old(const std::vector<Passage>& passages) {
  std::vector<std::string> told;
  for (const Passage& passage : passages) {
    const bool old = policy::judge_age(passage, question_.max_age, now_) == policy::Age::too_old;
    if (!question_.max_age || !old || std::ranges::find(told, passage.url) != told.end()) continue;
    told.push_back(passage.url);
    draft_.notices.push_back(older_than_max_age(passage.url, passage.retrieved_at));
  }
}

void AnswerMachine::write(std::vector<Passage> passages) {
  stage_ = Stage::writing;
  draft_.usage.pages_fetched = reading().fetched();
  draft_.usage.web_searches = explorer_.cost().web_searches;
  draft_.usage.search_tokens = explorer_.cost().tokens;
  draft_.max_age = question_.max_age;
  if (as_of_question_) {
    draft_.notices.push_back({"read_as_of", "",
                              "pages were read as they were by " + format_time(*question_.as_of) +
                                  ": so the question asks"});
  }
  for (const Passage& passage : passages) {
    if (holds(draft_.sources, passage.url)) continue;
    draft_.sources.push_back(source_of(passage, state_of(passage)));
    act(action::Note{trace_step(TraceStep::Kind::source, passage.url, passage.title)});
  }
  note(TraceStep::Kind::prompt, std::to_string(passages.size()) + " passages of " +
                                    std::to_string(draft_.sources.size()) + " pages");
  writer_.begin(std::move(draft_), std::move(passages), now_);
  if (writer_.done()) stage_ = Stage::done;
}

void AnswerMachine::fail(Error error) {
  explorer_.call_off();
  stage_ = Stage::done;
  act(action::Finish{std::unexpected(std::move(error))});
}

policy::SourceState AnswerMachine::state_of(const Passage& passage) const {
  const PageReading* page = reading().page_at(passage.url);
  if (page != nullptr && page->ready()) return page->state();
  if (question_.reach == Reach::cache_only) return policy::SourceState::offline;
  return policy::judge_age(passage, question_.max_age, now_) == policy::Age::young_enough
             ? policy::SourceState::fresh
             : policy::SourceState::stale;
}

void AnswerMachine::note(TraceStep::Kind kind, std::string_view detail) {
  act(action::Note{trace_step(kind, "", detail)});
}

}  // namespace seekd::daemon
