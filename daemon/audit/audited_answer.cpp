#include "daemon/audit/audited_answer.h"

#include <algorithm>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::array sources_of(const Answer& answer) {
  json::array sources;
  for (std::size_t i = 0; i < answer.sources.size(); ++i) {
    const Source& source = answer.sources[i];
    const auto cited = std::ranges::count(answer.citations, i, &Citation::source);
    sources.push_back({{"url", source.url},
                       {"snapshot", source.snapshot_hash},
                       {"version", source.version},
                       {"state", to_string(source.state)},
                       {"cited", cited}});
  }
  return sources;
}

json::array notices_of(const Answer& answer) {
  json::array notices;
  for (const Notice& notice : answer.notices) {
    notices.push_back({{"code", notice.code}, {"url", notice.url}});
  }
  return notices;
}

}  // namespace

json::object audited_answer(const Answer& answer) {
  json::array calls;
  for (const model::ToolCall& call : answer.calls) calls.push_back(json::value(call.name));
  return {{"sources", sources_of(answer)},
          {"calls", std::move(calls)},
          {"not_read", notices_of(answer)},
          {"citations_dropped", answer.citations_dropped},
          {"fetched", answer.usage.pages_fetched},
          {"tokens", answer.usage.prompt_tokens + answer.usage.completion_tokens}};
}

}  // namespace seekd::daemon
