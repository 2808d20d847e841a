// AnswerMachine: what is to be done for one question, decided without doing any of it. An event
// comes in, actions go out; answer_flow.h acts. So every branch (offline, denied, stale, slow,
// cancelled, no fetcher) is tested without a socket.
//
// Not thread-safe; one question each. It ends exactly once, with Finish, and asks for nothing after
// it; events that come later are ignored. It never reads more than Question::budget lets it.
//
//   pages are named   explore these ──────────────────────────┬─ search in what was read ─┐
//   none is named     search the cache ─┬─ stale, or none and   │                           │
//                                       │  fresh is needed: explore                         │
//                                       └─ enough ──────────────────────────────────────────┴─
//   write (answer_writer.h) ─ finish
//
// What is explored, and how far, decides Explorer.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/answer.h"
#include "daemon/answer/answer_events.h"
#include "daemon/answer/answer_writer.h"
#include "daemon/answer/explorer.h"
#include "daemon/answer/prompt_room.h"
#include "daemon/answer/question.h"
#include "policy/question.h"

namespace seekd::daemon {

class AnswerMachine {
 public:
  struct Settings {
    std::chrono::seconds deadline{300};  // of a whole answer, for what is said of it
    ReadingLoop::Settings reading;
    std::size_t web_queries_max = 0;  // for a search of the web; 0: nobody can be asked
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
    exploring,   // pages are looked for and read
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
  void on(event::WebSearched&);
  void on(const event::CoverageJudged&);
  void on(event::ModelSaid&);
  void on(const event::ReadingDeadline&);
  void on(const event::AnswerDeadline&);
  void on(event::Tokens&);
  void on(event::Generated&);
  void on(const event::Checked&);
  void on(const event::Cancelled&);

  void plan();
  bool is_for_the_model_alone() const;
  void heed_time();
  bool heed_sites();
  void explore(Aim aim, std::vector<std::string> urls);
  template <class What>
  void explore_on(What& what);
  bool searches_web() const;
  void tell_no_source();
  void survey(std::vector<Passage> passages);
  void search(std::vector<std::string> urls);
  void retrieve_when_explored();
  void leave_out_unconfirmed(std::vector<Passage>& passages);
  void compose(std::vector<Passage> candidates);
  bool is_past(TimePoint time) const;
  std::vector<std::string> pages_of(const std::vector<Passage>& passages) const;
  void tell_old(const std::vector<Passage>& passages);
  void write(std::vector<Passage> passages);
  void fail(Error error);

  policy::SourceState state_of(const Passage& passage) const;
  const ReadingLoop& reading() const { return explorer_.reading(); }
  void note(TraceStep::Kind kind, std::string_view detail);
  void act(Action action) { actions_.push_back(std::move(action)); }

  Question question_;
  const Settings settings_;
  PromptRoom room_;
  TimePoint now_;
  Stage stage_ = Stage::idle;
  Actions actions_;

  policy::QuestionVerdict verdict_;
  bool as_of_question_ = false;  // its own words say as of when pages are read
  std::vector<Lead> entrances_;  // of the sites that the question asks
  Explorer explorer_;
  AnswerWriter writer_;
  Answer draft_;  // what is known before the model writes
};

}  // namespace seekd::daemon
