#include "daemon/api/web_search_calls.h"

#include <algorithm>
#include <utility>

#include "policy/utf8.h"

namespace seekd::daemon {

using Action = WebSearchCall::Action;
using State = WebSearchCall::State;

WebSearchCalls::WebSearchCalls(std::string_view question)
    : question_(policy::first_bytes(question, trace_detail_bytes_max)) {}

std::vector<WebSearchCalls::Change> WebSearchCalls::take(const TraceStep& step) {
  using Kind = TraceStep::Kind;
  switch (step.kind) {
    case Kind::surveyed:
      return {begin(Action::search, question_, "")};
    case Kind::web_search:
      return {begin(Action::search, step.detail, "")};
    case Kind::fetching:
      return {begin(Action::open_page, "", step.url)};
    case Kind::fetched:
    case Kind::unchanged:
      return end_page(step.url, State::completed);
    case Kind::not_read:
      return end_page(step.url, State::failed);
    case Kind::source: {
      Change change = begin(Action::find_in_page, question_, step.url);
      calls_.back().state = State::completed;
      change.ended = true;
      for (WebSearchCall& call : calls_) {
        if (call.action == Action::search) call.sources.push_back(step.url);
      }
      return {change};
    }
    case Kind::prompt:
      return end();
    default:
      return {};
  }
}

std::vector<WebSearchCalls::Change> WebSearchCalls::end() {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].state != State::under_way) continue;
    // A page that nobody waited for any more was not read.
    calls_[i].state = calls_[i].action == Action::search ? State::completed : State::failed;
    changes.push_back({.call = i, .ended = true});
  }
  return changes;
}

WebSearchCalls::Change WebSearchCalls::begin(Action action, std::string query, std::string url) {
  WebSearchCall call;
  call.action = action;
  call.query = std::move(query);
  call.url = std::move(url);
  calls_.push_back(std::move(call));
  return {.call = calls_.size() - 1, .began = true};
}

std::vector<WebSearchCalls::Change> WebSearchCalls::end_page(const std::string& url, State state) {
  const auto open = std::ranges::find_if(calls_, [&](const WebSearchCall& call) {
    return call.action == Action::open_page && call.url == url && call.state == State::under_way;
  });
  if (open == calls_.end()) return {};
  open->state = state;
  return {{.call = static_cast<std::size_t>(open - calls_.begin()), .ended = true}};
}

}  // namespace seekd::daemon
