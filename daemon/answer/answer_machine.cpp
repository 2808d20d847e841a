#include "daemon/answer/answer_machine.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "daemon/answer/model_opinion.h"
#include "daemon/answer/sources.h"
#include "daemon/answer/suspicion.h"
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

}  // namespace

AnswerMachine::AnswerMachine(Question question, Settings settings, ModelView model)
    : question_(std::move(question)),
      settings_(settings),
      room_(std::move(model)),
      reading_(question_, settings_.freshness, actions_),
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
  SourcePlan plan = plan_sources(question_, verdict_, settings_.answer.fetches_max);
  draft_.notices = std::move(plan.notices);
  if (!plan.urls.empty()) return read(std::move(plan.urls));
  if (!draft_.notices.empty() || is_for_the_model_alone()) return write({});
  stage_ = Stage::surveying;
  search({});
}

// The caller leaves it to the verdict, and nothing that changes is asked for.
bool AnswerMachine::is_for_the_model_alone() const {
  const policy::CallerWish wish{.max_age = question_.max_age};
  return question_.search == SearchWhen::as_judged &&
         !policy::with_wish(verdict_, wish).needs_fresh;
}

void AnswerMachine::on(event::Found& found) {
  if (stage_ != Stage::reading) return;
  reading_.on(found, now_);
  go_on_when_settled();
}

void AnswerMachine::on(event::Fetched& fetched) {
  if (stage_ != Stage::reading) return;
  reading_.on(fetched);
  go_on_when_settled();
}

void AnswerMachine::on(event::Stored& stored) {
  if (stage_ != Stage::reading) return;
  reading_.on(stored);
  go_on_when_settled();
}

void AnswerMachine::on(const event::FetchDeadline&) {
  if (stage_ != Stage::reading) return;
  reading_.overdue();
  go_on_when_settled();
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
                                std::to_string(settings_.answer.deadline.count()) +
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

void AnswerMachine::read(std::vector<std::string> urls) {
  stage_ = Stage::reading;
  reading_.read(std::move(urls), now_);
  go_on_when_settled();
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

// No page was named: what the cache knows decides.
void AnswerMachine::survey(std::vector<Passage> passages) {
  const auto max_age = question_.max_age      ? question_.max_age
                       : verdict_.needs_fresh ? verdict_.max_age
                                              : std::nullopt;
  const policy::CoverageVerdict verdict =
      policy::judge_coverage(search_text(question_.text(), verdict_.urls), passages, now_, max_age);
  verdict_ = policy::with_coverage(std::move(verdict_), verdict);
  if (verdict.coverage == policy::Coverage::none) {
    if (verdict_.needs_fresh) {
      draft_.notices.push_back(
          {"no_source", "", "no stored page speaks of it, and the question names none"});
    }
    return write({});
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
  old.resize(std::min(old.size(), settings_.answer.fetches_max));
  surveyed_ = std::move(passages);
  read(std::move(old));
}

void AnswerMachine::go_on_when_settled() {
  if (!reading_.settled()) return;
  std::ranges::move(reading_.notices(), std::back_inserter(draft_.notices));
  std::vector<std::string> urls = reading_.searchable();
  for (const Passage& passage : surveyed_) add_once(urls, passage.url);
  stage_ = Stage::retrieving;
  if (urls.empty()) return compose({});
  search(std::move(urls));
}

// RFC 9111 §4.2.4. A page that was confirmed for this answer serves it, however soon it is stale.
void AnswerMachine::leave_out_unconfirmed(std::vector<Passage>& passages) {
  std::erase_if(passages, [&](const Passage& passage) {
    if (!must_be_confirmed(passage, now_)) return false;
    if (const PageReading* page = reading_.page_at(passage.url)) return !page->ready();
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
  reading_.add_unfound(candidates);
  lower_suspected(candidates, draft_.notices);
  std::vector<Passage> passages = room_.choose(std::move(candidates), question_, now_);
  if (reading_.empty() && question_.reach == Reach::cache_only) tell_old(passages);
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
  draft_.usage.pages_fetched = reading_.fetched();
  for (const Passage& passage : passages) {
    if (holds(draft_.sources, passage.url)) continue;
    draft_.sources.push_back(source_of(passage, state_of(passage)));
  }
  writer_.begin(std::move(draft_), std::move(passages), now_);
  if (writer_.done()) stage_ = Stage::done;
}

void AnswerMachine::fail(Error error) {
  reading_.stop();
  stage_ = Stage::done;
  act(action::Finish{std::unexpected(std::move(error))});
}

policy::SourceState AnswerMachine::state_of(const Passage& passage) const {
  const PageReading* page = reading_.page_at(passage.url);
  if (page != nullptr && page->ready()) return page->state();
  if (question_.reach == Reach::cache_only) return policy::SourceState::offline;
  return policy::judge_age(passage, question_.max_age, now_) == policy::Age::young_enough
             ? policy::SourceState::fresh
             : policy::SourceState::stale;
}

}  // namespace seekd::daemon
