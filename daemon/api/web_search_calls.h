// WebSearchCalls: the steps on the way to an answer as the calls that OpenAI's clients know: a
// search, a page that is opened, a page in which something is found.
//
// Pure; one thread. One an answer, told each step in its order.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/trace.h"

namespace seekd::daemon {

struct WebSearchCall {
  enum class Action : std::uint8_t {
    search,        // of the cache, or of the web by a provider
    open_page,     // through the door
    find_in_page,  // passages of a page that is there
  };
  enum class State : std::uint8_t {
    under_way,
    completed,
    failed,  // the page could not be read
  };

  Action action = Action::search;
  std::string query;  // of a search; what is sought in a page
  std::string url;    // "" of a search
  State state = State::under_way;
  std::vector<std::string> sources;  // of a search: the pages that the model was given
};

class WebSearchCalls {
 public:
  // What becomes of a call; each begins once and ends once, and they begin in their order.
  struct Change {
    std::size_t call = 0;
    bool began = false;
    bool ended = false;
  };

  // `question` is what the cache and the pages are searched for.
  explicit WebSearchCalls(std::string_view question);

  std::vector<Change> take(const TraceStep& step);

  // The answer is written, or there is none: what is under way has ended.
  std::vector<Change> end();

  const std::vector<WebSearchCall>& calls() const { return calls_; }

 private:
  Change begin(WebSearchCall::Action action, std::string query, std::string url);
  std::vector<Change> end_page(const std::string& url, WebSearchCall::State state);

  std::string question_;
  std::vector<WebSearchCall> calls_;
};

}  // namespace seekd::daemon
