#include "daemon/finding/stored_results.h"

#include <algorithm>
#include <optional>
#include <string>

#include "fetcher/wire_search.h"
#include "policy/age.h"
#include "policy/coverage.h"
#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

constexpr double share_min = 0.5;  // of the query's content words, in one passage

bool speaks_of(std::string_view query, const Passage& passage, TimePoint now) {
  return policy::judge_coverage(query, {&passage, 1}, now, std::nullopt).term_share >= share_min;
}

WebResult result_of(const Passage& passage) {
  WebResult result;
  result.url = passage.url;
  result.title = passage.title;
  result.snippet = policy::first_bytes(passage.text, fetcher::search_snippet_bytes_max);
  result.published = passage.published;
  result.provider = stored_results_name;
  return result;
}

}  // namespace

std::vector<WebResult> stored_results(std::string_view query, std::span<const Passage> passages,
                                      TimePoint now) {
  std::vector<WebResult> results;
  for (const Passage& passage : passages) {
    const bool told = std::ranges::find(results, passage.url, &WebResult::url) != results.end();
    if (told || policy::judge_age(passage, std::nullopt, now) != policy::Age::young_enough ||
        !speaks_of(query, passage, now)) {
      continue;
    }
    results.push_back(result_of(passage));
  }
  return results;
}

}  // namespace seekd::daemon
