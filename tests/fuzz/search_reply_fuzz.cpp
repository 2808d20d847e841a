// What a search provider answers, in the dialect of each kind, and what a worker in hostile hands
// makes of it: nothing but bounded results or a failure may come of the first, and the second comes
// back as it was written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetcher/worker/search/opensearch.h"
#include "fetcher/worker/search/search_reply.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

const policy::ResultPlaces json_places{"/hits", "/url", "/title", "/text", "/date"};
const policy::ResultPlaces html_places{"li.hit", "a@href", "a", "p", "time@datetime"};
const policy::Url asked_url{"https", "search.example.org", 443, "/find?q=a"};

void judge(const std::optional<SearchContent>& content) {
  if (!content) return;
  SearchReply reply;
  reply.verdict.outcome = FetchOutcome::answered;
  reply.verdict.reason = policy::EgressReason::allowed;
  reply.content = content;
  if (parse_search_reply(to_json(reply)) != reply) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const int statuses[] = {200, 403, 429, 503};
  const int status = statuses[data[0] % 4];
  const auto kind = static_cast<policy::SearchKind>(data[1] % 5);
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  for (const policy::ResultPlaces& places : {json_places, html_places}) {
    judge(read_search_reply({status, "", body}, {kind, 50, places, asked_url}));
  }
  static_cast<void>(read_search_description(body, ""));
  static_cast<void>(parse_search_reply(body));
  if (const auto request = parse_search_request(body)) {
    if (parse_search_request(to_json(*request)) != *request) std::abort();
  }
  return 0;
}
