// What became of one query to one provider: its reply, or the lack of one, in the words of
// ProviderState.
//
// Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon/finding/web_result.h"
#include "fetcher/wire_search.h"
#include "policy/search_provider.h"

namespace seekd::daemon {

struct ProviderAnswer {
  ProviderState state = ProviderState::unreachable;
  std::string message;  // of what is no result: one sentence
  std::chrono::milliseconds retry_after{0};
  std::vector<WebResult> results;
  std::vector<std::string> silent;  // engines behind it that did not answer
};

ProviderAnswer judge_answer(const Result<fetcher::SearchReply>& reply, const std::string& provider);

// What a provider is asked: the query less its private data, the hosts that are wanted in the words
// of those who know them. "" for a text of which nothing is left.
policy::SearchTerms terms_for(const policy::SearchProvider& provider, const WebQuery& query,
                              const std::string& text, TimePoint now);

}  // namespace seekd::daemon
