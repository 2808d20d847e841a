#include "fetcher/worker/search/search_reply.h"

#include <fmt/format.h>

#include "fetcher/worker/search/brave.h"
#include "fetcher/worker/search/captcha.h"
#include "fetcher/worker/search/custom.h"
#include "fetcher/worker/search/mediawiki.h"
#include "fetcher/worker/search/opensearch.h"
#include "fetcher/worker/search/searxng.h"

namespace seekd::fetcher {
namespace {

Result<SearchContent> read_results(const SearchAnswer& answer, const SearchAsked& asked) {
  switch (asked.kind) {
    case policy::SearchKind::searxng:
      return read_searxng(answer, asked);
    case policy::SearchKind::brave:
      return read_brave(answer, asked);
    case policy::SearchKind::mediawiki:
      return read_mediawiki(answer, asked);
    case policy::SearchKind::opensearch:
      return read_search_feed(answer, asked);
    case policy::SearchKind::custom:
      break;
  }
  return read_custom(answer, asked);
}

std::string_view remedy(policy::SearchKind kind) {
  switch (kind) {
    case policy::SearchKind::searxng:
      return "; see that its settings.yml has json among search.formats";
    case policy::SearchKind::brave:
      return "; see that search.provider's key is one of its subscriptions";
    default:
      return "; see what its operator asks of those who ask it";
  }
}

// RFC 9110 §15.5.2, §15.5.4; RFC 6585 §4. Brave says 422 of a key that it does not know.
std::optional<SearchContent> judge_refusal(const SearchAnswer& answer, const SearchAsked& asked) {
  const std::string begin = fmt::format("answered status {}", answer.status);
  switch (answer.status) {
    case 429:
      return failed_search(SearchFailure::rate_limited, begin + ": too many queries");
    case 400:
    case 401:
    case 402:
    case 403:
    case 422:
      return failed_search(SearchFailure::refused, begin + std::string(remedy(asked.kind)));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<SearchContent> read_search_reply(const SearchAnswer& answer,
                                               const SearchAsked& asked) {
  const bool person = looks_like_page(answer.body) && asks_for_person(answer.body);
  const Result<SearchContent> read = read_results(answer, asked);
  const bool said = read && (answer.status == 200 || read->failure != SearchFailure::none);
  if (said && !(person && read->hits.empty())) return *read;
  if (person) {
    return failed_search(SearchFailure::captcha,
                         "answered with a page that wants to see a person (CAPTCHA)");
  }
  if (answer.status != 200) return judge_refusal(answer, asked);
  std::string message = read.error().message;
  if (looks_like_page(answer.body)) message = "a page in the place of results";
  return failed_search(SearchFailure::malformed,
                       "answered with " + message + std::string(remedy(asked.kind)));
}

}  // namespace seekd::fetcher
