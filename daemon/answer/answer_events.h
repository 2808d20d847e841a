// What AnswerMachine is told, and what it asks for: its events and its actions.
//
// Plain data.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/citations.h"
#include "daemon/answer/trace.h"
#include "daemon/finding/web_result.h"
#include "fetcher/wire.h"
#include "model/model.h"
#include "policy/passages.h"
#include "policy/result.h"

namespace seekd::daemon {

namespace event {
struct Started {};
struct Found {  // answers LookUp
  std::size_t page = 0;
  Result<std::optional<cache::StoredPage>> stored;
};
struct Judged {  // answers Judge
  Result<std::vector<model::Score>> scores;
};
struct Searched {  // answers Search
  Result<std::vector<Passage>> passages;
};
struct Fetched {  // answers Fetch
  std::size_t page = 0;
  Result<fetcher::FetchReply> reply;
};
struct Stored {  // answers Keep
  std::size_t page = 0;
  Result<cache::StoredPage> stored;
};
struct WebSearched {  // answers SearchWeb
  WebFindings findings;
};
struct CoverageJudged {  // answers JudgeCoverage
  Result<std::vector<model::Score>> scores;
};
struct ModelSaid {  // answers AskModel
  Result<model::Generation> generation;
};
struct ReadingDeadline {};  // answers ArmReadingDeadline
struct AnswerDeadline {};   // comes when config::AnswerConfig::deadline has passed since Started
struct Tokens {             // of Generate
  model::TextDelta delta;
};
struct Generated {  // answers Generate
  Result<model::Generation> generation;
};
struct Checked {  // answers Check: for each support, whether the stored snapshot holds it
  std::vector<bool> holds;
};
struct Cancelled {};  // the caller has gone
}  // namespace event

using Event = std::variant<event::Started, event::Judged, event::Found, event::Searched,
                           event::Fetched, event::Stored, event::WebSearched, event::CoverageJudged,
                           event::ModelSaid, event::ReadingDeadline, event::AnswerDeadline,
                           event::Tokens, event::Generated, event::Checked, event::Cancelled>;

namespace action {
struct LookUp {
  std::size_t page = 0;
  std::string url;
  std::optional<TimePoint> as_of;  // the version of then; nullopt: the current one
};
struct Judge {  // what the model thinks of the question itself
  model::ScoreRequest request;
};
struct Search {
  cache::SearchQuery query;
};
struct Fetch {
  std::size_t page = 0;
  fetcher::FetchRequest request;
  std::optional<std::chrono::seconds> max_age;  // as Question's: no reply older than that will do
};
struct SearchWeb {
  std::vector<WebQuery> queries;
};
struct StopSearchingWeb {};  // its WebSearched is not waited for
struct JudgeCoverage {       // what the model thinks of the passages that there are
  model::ScoreRequest request;
  std::vector<std::string> collections;  // that its passages are of
};
struct AskModel {  // it writes for the search, and nothing of the answer
  model::GenerateRequest request;
};
struct ArmReadingDeadline {};
struct StopFetches {};  // those that run; their Fetched are not waited for
struct Keep {           // what came of the page is stored, or confirms what is stored
  std::size_t page = 0;
};
struct Generate {
  model::GenerateRequest request;
  std::vector<std::string> collections;  // that its passages are of
};
struct StopGenerating {};  // or judging, or searching; what it answers with follows all the same
struct Emit {              // text for a caller who reads along
  model::TextDelta delta;
};
struct Check {  // each support against its stored snapshot
  std::vector<Support> supports;
  std::vector<Passage> passages;
};
struct Note {  // for the answer's trace
  TraceStep step;
};
struct Finish {
  Result<Answer> answer;
};
}  // namespace action

using Action =
    std::variant<action::LookUp, action::Judge, action::Search, action::Fetch, action::SearchWeb,
                 action::StopSearchingWeb, action::JudgeCoverage, action::AskModel,
                 action::ArmReadingDeadline, action::StopFetches, action::Keep, action::Generate,
                 action::StopGenerating, action::Emit, action::Check, action::Note, action::Finish>;
using Actions = std::vector<Action>;

}  // namespace seekd::daemon
