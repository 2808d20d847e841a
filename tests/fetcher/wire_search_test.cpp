#include "fetcher/wire_search.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;

namespace {

SearchReply answered() {
  SearchReply reply;
  reply.verdict.outcome = FetchOutcome::answered;
  reply.verdict.reason = policy::EgressReason::allowed;
  reply.verdict.hops = {"https://search.example.org/?q=a"};
  reply.content.emplace();
  return reply;
}

bool is_refused(const std::string& content) {
  return !parse_search_reply(verdict_line(answered().verdict) + '\n' + content + '\n');
}

}  // namespace

TEST_CASE("requests and replies of searches come back as they were written") {
  SearchRequest request{"searx", {}};
  request.terms.text = "\"kestrel\"\n发布";
  request.terms.language = "zh";
  request.terms.after = TimePoint(std::chrono::seconds(1'770'000'000));
  request.terms.recency = policy::Recency::month;
  CHECK(parse_search_request(to_json(request)) == request);
  request.trace_id = "0af7651916cd43dd8448eb211c80319c";
  CHECK(parse_search_request(to_json(request)) == request);
  request.trace_id = "0AF7651916CD43DD8448EB211C80319C";
  CHECK_FALSE(parse_search_request(to_json(request)));
  SearchReply reply = answered();
  reply.content->hits = {{"https://a.example/", "A", "about", "2026-01-02"},
                         {"https://b.example/", "", "", ""}};
  reply.content->silent = {"google: CAPTCHA"};
  CHECK(parse_search_reply(to_json(reply)) == reply);
  reply.content = SearchContent{SearchFailure::captcha, "wants a person", {}, {}};
  CHECK(parse_search_reply(to_json(reply)) == reply);
}

TEST_CASE("a line that breaks a bound, or says two things at once, is no reply") {
  CHECK_FALSE(is_refused(R"({"failure": "none", "hits": [{"url": "https://a.example/"}]})"));
  CHECK(is_refused(R"({"failure": "captcha", "hits": [{"url": "https://a.example/"}]})"));
  CHECK(is_refused(R"({"failure": "tired"})"));
  CHECK(is_refused(R"({"hits": []})"));
  CHECK(is_refused(R"({"failure": "none", "hits": [{"title": "no url"}]})"));
  CHECK(is_refused(R"({"failure": "none", "hits": [{"url": "a", "score": 1}]})"));
  CHECK(is_refused(R"({"failure": "none", "silent": [7]})"));
  CHECK(is_refused(R"({"failure": "none", "hits": [{"url": ")" + std::string(3000, 'a') + "\"}]}"));
  std::string many = R"({"failure": "none", "hits": [{"url": "a"})";
  for (int i = 0; i < 50; ++i) many += R"(, {"url": "a"})";
  CHECK(is_refused(many + "]}"));
  CHECK(is_refused(""));
  FetchReply refused;
  refused.outcome = FetchOutcome::refused;
  refused.reason = policy::EgressReason::host_denied;
  CHECK(parse_search_reply(verdict_line(refused) + '\n'));
  CHECK_FALSE(parse_search_reply(verdict_line(refused) + "\n{\"failure\": \"none\"}\n"));
}
