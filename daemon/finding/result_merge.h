// Results of several queries and several providers in one order: by reciprocal rank (Cormack,
// Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009), weighted, each
// page once.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/finding/web_result.h"

namespace seekd::daemon {

struct RankedResults {
  std::vector<WebResult> results;  // best first
  std::size_t weight = 10;
};

struct MergeLimits {
  std::size_t results_max = 10;
  std::size_t per_host_max = 3;
};

// What is not of the query's hosts, or is dated outside its time, is left out.
void keep_wanted(const WebQuery& query, std::vector<WebResult>& results);

std::vector<WebResult> merged(std::span<const RankedResults> lists, const MergeLimits& limits);

// By which two URLs are one page: without "www.", scheme, trailing slash, and the parameters that
// tell where a visitor came from.
std::string page_key(std::string_view url);

}  // namespace seekd::daemon
