// AnswerMachine: what is to be done for one question, decided without doing any of it. An event
// comes in, actions go out; answer_flow.h acts. So every branch (offline, denied, stale, slow,
// cancelled, no fetcher) is tested without a socket.
//
// Not thread-safe; one question each. It ends exactly once, with Finish, and asks for nothing after
// it; events that come later are ignored. At most config::AnswerConfig::fetches_max pages are
// fetched.
//
//   pages are named    look_up each ─ young ──────────────────────────┐
//                           └ absent, old ─ fetch ─ store or touch ───┴─ search in them ─┐
//   none is named      search all ─ enough ──────────────────────────────────────────────┼─
//   generate ─ check ─ finish
//                           ├ stale ─ look_up the old ones, as above ────────────────────┤
//                           └ none ──────────────────────────────────────────────────────┘

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/answer_events.h"
#include "daemon/answer/answer_writer.h"
#include "daemon/answer/prompt_room.h"
#include "daemon/answer/question.h"
#include "daemon/answer/reading_loop.h"
#include "policy/http_freshness.h"
#include "policy/question.h"

namespace seekd::daemon {

class AnswerMachine {
 public:
  struct Settings {
    config::AnswerConfig answer;
    policy::FreshnessBounds freshness;
  };

  // REQUIRES: question as its header says.
  AnswerMachine(Question question, Settings settings, ModelView model);
  AnswerMachine(const AnswerMachine&) = delete;
  AnswerMachine& operator=(const AnswerMachine&) = delete;

  // REQUIRES: the first event is Started.
  Actions resume(Event event, TimePoint now);

  bool done() const { return stage_ == Stage::done; }

 private:
  enum class Stage : std::uint8_t {
    idle,        // before Started
    judging,     // the rules are unsure: the model is asked if the answer changes
    surveying,   // no page is named: the cache is searched for what it knows
    reading,     // pages are looked up, fetched, stored
    retrieving,  // they are there: the passages for the prompt are searched in them
    writing,     // the model writes, and its citations are checked
    done,        // Finish has been given out
  };

  void on(const event::Started&);
  void on(event::Judged&);
  void on(event::Found&);
  void on(event::Searched&);
  void on(event::Fetched&);
  void on(event::Stored&);
  void on(const event::FetchDeadline&);
  void on(const event::AnswerDeadline&);
  void on(event::Tokens&);
  void on(event::Generated&);
  void on(const event::Checked&);
  void on(const event::Cancelled&);

  void plan();
  bool is_for_the_model_alone() const;
  void read(std::vector<std::string> urls);
  void survey(std::vector<Passage> passages);
  void search(std::vector<std::string> urls);
  void go_on_when_settled();
  void leave_out_unconfirmed(std::vector<Passage>& passages);
  void compose(std::vector<Passage> candidates);
  void tell_old(const std::vector<Passage>& passages);
  void write(std::vector<Passage> passages);
  void fail(Error error);

  policy::SourceState state_of(const Passage& passage) const;
  void act(Action action) { actions_.push_back(std::move(action)); }

  Question question_;
  const Settings settings_;
  PromptRoom room_;
  TimePoint now_;
  Stage stage_ = Stage::idle;
  Actions actions_;

  policy::QuestionVerdict verdict_;
  ReadingLoop reading_;
  std::vector<Passage> surveyed_;  // young ones of the survey, while its old pages are revalidated
  AnswerWriter writer_;
  Answer draft_;  // what is known before the model writes
};

}  // namespace seekd::daemon
