// Explorer: looks for pages that answer a question until there are enough, or its budget is spent;
// decided without I/O.
//
//   pages offered ─ round ─┬─ enough ─────────────────────────────────────────── done
//        ▲                 └─ not ─┬─ others wait ─ next round
//        │                         ├─ search of the web, the best query, then the others
//        │                         ├─ front pages of the sites that the question asks
//        └─────────────────────────┴─ links of the pages that were read
//
// A model that is large enough words the queries (finding/model_queries.h), and chooses by number
// what of that is read (choice_talk.h); where it does not do as it is asked, rules go on.
//
// What is cheaper comes first. After each page the passages that there are by then are judged: by
// their words (policy/coverage.h), and where these leave it open by a model that is large enough.
//
// Not thread-safe; owned by an AnswerMachine, which hands it its events and gives out the actions
// it adds.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "daemon/answer/answer_events.h"
#include "daemon/answer/choice_talk.h"
#include "daemon/answer/page_choice.h"
#include "daemon/answer/prompt_room.h"
#include "daemon/answer/question.h"
#include "daemon/answer/reading_loop.h"

namespace seekd::daemon {

// What one exploration is for.
struct Aim {
  enum class Until : std::uint8_t {
    all_read,  // the caller named the pages: each is read, and no other
    enough,    // until what is there answers
  };

  Until until = Until::enough;
  std::string text;               // what the passages have to speak of
  std::vector<Passage> known;     // young ones of the cache
  std::vector<WebQuery> queries;  // for a search of the web, the best first; empty: it is not asked
  std::size_t queries_max = 0;    // of them
  std::vector<Lead> entrances;  // front pages of the sites that are asked, where that found nothing
};

// Beside the pages.
struct SearchCost {
  std::size_t web_searches = 0;  // requests through the door
  std::size_t tokens = 0;        // read and written by the model
};

class Explorer {
 public:
  // REQUIRES: what is referred to outlives this.
  Explorer(const Question& question, const PromptRoom& room, ReadingLoop::Settings settings,
           Actions& actions)
      : question_(question),
        room_(room),
        actions_(actions),
        reading_(question, std::move(settings), actions),
        talk_(room.model().calls_tools ? ChoiceForm::calls : ChoiceForm::line) {}

  // REQUIRES: called once, before all others.
  void begin(Aim aim, std::vector<Lead> leads, TimePoint now);

  // Those that are not waited for change nothing.
  void on(event::Found& found, TimePoint now);
  void on(event::Fetched& fetched, TimePoint now);
  void on(event::Stored& stored, TimePoint now);
  void on(event::WebSearched& searched, TimePoint now);
  void on(const event::CoverageJudged& judged, TimePoint now);
  void on(event::ModelSaid& said, TimePoint now);
  void on(const event::ReadingDeadline& deadline, TimePoint now);

  // The question has ended: nothing that runs is waited for.
  void call_off();

  bool done() const { return done_; }
  const ReadingLoop& reading() const { return reading_; }
  const SearchCost& cost() const { return cost_; }
  const std::vector<Passage>& known() const { return aim_.known; }
  // REQUIRES: done().
  std::vector<Notice> notices() const;

 private:
  void go_on(TimePoint now);
  void next(TimePoint now);
  bool follow_links(TimePoint now);
  bool word_queries(TimePoint now);
  void take_words(const Result<model::Generation>& said);
  bool ask_choice(TimePoint now);
  void take_choice(const Result<model::Generation>& said, TimePoint now);
  void act_on(const choice::Read& read, TimePoint now);
  void act_on(const choice::Search& search, TimePoint now);
  void act_on(const choice::Answer& answer, TimePoint now);
  bool search_web(std::size_t count);
  void judge_coverage(TimePoint now);
  void cover();
  void note(TraceStep::Kind kind, std::string_view detail);

  // What ModelSaid is waited for with.
  enum class Asking : std::uint8_t {
    nothing,  // it is not
    queries,  // words for a search
    choice,   // what is read next
  };

  const Question& question_;
  const PromptRoom& room_;
  Actions& actions_;
  ReadingLoop reading_;
  Aim aim_;
  std::vector<Notice> notices_;  // of searches
  std::size_t queries_asked_ = 0;
  std::size_t judged_ = 0;    // passages that were there when they were last judged
  std::size_t opinions_ = 0;  // that the model was asked for
  SearchCost cost_;
  std::size_t searches_running_ = 0;  // queries that are counted in it, and not answered yet
  bool worded_ = false;               // the model was asked for queries
  bool misled_ = false;      // it named what was not offered, and is asked no more what is read
  std::size_t choices_ = 0;  // that it was asked for
  Offers offers_;            // of the last of them
  ChoiceTalk talk_;
  Asking asking_ = Asking::nothing;
  bool searching_ = false;    // WebSearched is waited for
  bool opinion_due_ = false;  // CoverageJudged is
  bool likely_ = false;       // by their words the passages are enough
  bool follows_links_ = false;
  bool done_ = false;
};

}  // namespace seekd::daemon
