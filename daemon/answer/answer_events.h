// What AnswerMachine is told, and what it asks for: its events and its actions.
//
// Plain data.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/citations.h"
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
struct Stored {  // answers Store and Touch
  std::size_t page = 0;
  Result<cache::StoredPage> stored;
};
struct FetchDeadline {};   // answers ArmFetchDeadline
struct AnswerDeadline {};  // comes when config::AnswerConfig::deadline has passed since Started
struct Tokens {            // of Generate
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

using Event =
    std::variant<event::Started, event::Judged, event::Found, event::Searched, event::Fetched,
                 event::Stored, event::FetchDeadline, event::AnswerDeadline, event::Tokens,
                 event::Generated, event::Checked, event::Cancelled>;

namespace action {
struct LookUp {
  std::size_t page = 0;
  std::string url;
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
};
struct ArmFetchDeadline {};
struct StopFetches {};  // those that run; their Fetched are not waited for
struct Store {
  std::size_t page = 0;
  FetchedPage fetched;
};
struct Touch {
  std::size_t page = 0;
  FetchedPage confirmed;  // url, times and headers of a 304
};
struct Generate {
  model::GenerateRequest request;
};
struct StopGenerating {};  // Generated follows all the same
struct Emit {              // text for a caller who reads along
  model::TextDelta delta;
};
struct Check {  // each support against its stored snapshot
  std::vector<Support> supports;
  std::vector<Passage> passages;
};
struct Finish {
  Result<Answer> answer;
};
}  // namespace action

using Action = std::variant<action::LookUp, action::Judge, action::Search, action::Fetch,
                            action::ArmFetchDeadline, action::StopFetches, action::Store,
                            action::Touch, action::Generate, action::StopGenerating, action::Emit,
                            action::Check, action::Finish>;
using Actions = std::vector<Action>;

}  // namespace seekd::daemon
