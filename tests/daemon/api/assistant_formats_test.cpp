#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/api/fetch_error.h"
#include "daemon/api/page_text.h"
#include "daemon/api/searxng_format.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr TimePoint now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

SearxngRequest read(Parameters parameters) {
  const auto request = parse_searxng_request(parameters, now);
  REQUIRE(request);
  return *request;
}

ApiError refused(Parameters parameters) {
  const auto request = parse_searxng_request(parameters, now);
  REQUIRE_FALSE(request);
  return request.error();
}

TEST_CASE("what Open WebUI sends is a search, what its user left empty is not there") {
  const auto request = read({{"q", "kestrel port"},
                             {"format", "json"},
                             {"pageno", "1"},
                             {"safesearch", "1"},
                             {"language", "en-US"},
                             {"time_range", ""},
                             {"categories", ""},
                             {"theme", "simple"},
                             {"image_proxy", "0"}});
  CHECK(request.query.text == "kestrel port");
  CHECK(request.query.language == "en");
  CHECK_FALSE(request.query.after);
  CHECK(request.answerable == Answerable::yes);
}

TEST_CASE("engines that are SearXNG's own are passed over, as it passes over unknown ones") {
  const auto request = read({{"q", "x"},
                             {"format", "json"},
                             {"categories", "general"},
                             {"language", "all"},
                             {"safesearch", "0"},
                             {"engines", "google,bing,duckduckgo"}});
  CHECK(request.query.language.empty());
  CHECK(request.answerable == Answerable::yes);
}

TEST_CASE("a time range is the time that pages are wanted of") {
  CHECK(read({{"q", "x"}, {"format", "json"}, {"time_range", "day"}}).query.after ==
        now - std::chrono::days(1));
  CHECK(read({{"q", "x"}, {"format", "json"}, {"time_range", "year"}}).query.after ==
        now - std::chrono::days(366));
  CHECK(refused({{"q", "x"}, {"format", "json"}, {"time_range", "decade"}}).param == "time_range");
}

TEST_CASE("there are no pictures here, and no second page") {
  const auto answerable = [](std::string name, std::string value) {
    return read({{"q", "x"}, {"format", "json"}, {std::move(name), std::move(value)}}).answerable;
  };
  CHECK(answerable("categories", "images") == Answerable::with_nothing);
  CHECK(answerable("categories", "images, videos") == Answerable::with_nothing);
  CHECK(answerable("categories", "images,news") == Answerable::yes);
  CHECK(answerable("categories", ",") == Answerable::with_nothing);
  CHECK(answerable("pageno", "2") == Answerable::with_nothing);
}

TEST_CASE("what is no value of SearXNG's is refused by name") {
  const auto param = [](std::string name, std::string value) {
    return refused({{"q", "x"}, {"format", "json"}, {std::move(name), std::move(value)}}).param;
  };
  CHECK(param("pageno", "0") == "pageno");
  CHECK(param("pageno", "99999999999999999999") == "pageno");
  CHECK(param("pageno", "1x") == "pageno");
  CHECK(param("safesearch", "3") == "safesearch");
  CHECK(param("language", "../etc") == "language");
  CHECK(refused({{"q", " \t"}, {"format", "json"}}).param == "q");
  CHECK(refused({{"q", std::string(1025, 'x')}, {"format", "json"}}).code == "out_of_range");
}

TEST_CASE("every format but JSON is denied, as a SearXNG denies what it has not enabled") {
  CHECK(refused({{"q", "x"}}).status == 403);
  CHECK(refused({{"q", "x"}, {"format", "html"}}).status == 403);
  CHECK(refused({{"q", "x"}, {"format", "csv"}}).status == 403);
}

TEST_CASE("a result has what SearXNG's clients read, and the best one the highest score") {
  WebFindings findings;
  WebResult dated;
  dated.url = "https://a.example/";
  dated.title = "A";
  dated.snippet = "about a";
  dated.published = "2026-11-20";
  dated.provider = "searx";
  WebResult bare;
  bare.url = "https://b.example/";
  bare.provider = "cache";
  findings.results = {dated, bare};
  findings.outcomes = {{"searx", "q", ProviderState::results, 1},
                       {"wiki", "q", ProviderState::captcha, 0},
                       {"news", "q", ProviderState::nothing_found, 0}};
  const json::object reply = searxng_json("what", findings);
  CHECK(reply.at("query").as_string() == "what");
  const json::array& results = reply.at("results").as_array();
  REQUIRE(results.size() == 2);
  CHECK(json::serialize(results[0]) ==
        R"({"url":"https://a.example/","title":"A","content":"about a","engine":"searx",)"
        R"("engines":["searx"],"positions":[1],"score":1E0,"category":"general",)"
        R"("template":"default.html","publishedDate":"2026-11-20"})");
  CHECK(results[1].at("publishedDate").is_null());
  CHECK(results[1].at("score").as_double() == 0.5);
  CHECK(json::serialize(reply.at("unresponsive_engines")) == R"([["wiki","CAPTCHA"]])");
  for (const char* name : {"answers", "corrections", "infoboxes", "suggestions"}) {
    CHECK(reply.at(name).as_array().empty());
  }
}

fetcher::FetchReply failed(policy::EgressReason reason, int http_status = 0) {
  fetcher::FetchReply reply;
  reply.reason = reason;
  reply.message = "why";
  reply.http_status = http_status;
  return reply;
}

TEST_CASE("the door's reasons become the codes that assistants know") {
  using policy::EgressReason;
  const auto code = [](EgressReason reason, int http_status = 0) {
    return to_fetch_error(failed(reason, http_status)).code;
  };
  CHECK(code(EgressReason::host_denied) == "url_not_allowed");
  CHECK(code(EgressReason::robots_denied) == "url_not_allowed");
  CHECK(code(EgressReason::address_denied) == "url_not_allowed");
  CHECK(code(EgressReason::no_provenance) == "url_not_in_prior_context");
  CHECK(code(EgressReason::content_type_denied) == "unsupported_content_type");
  CHECK(code(EgressReason::rate_limited) == "too_many_requests");
  CHECK(code(EgressReason::http_error, 404) == "url_not_accessible");
  CHECK(code(EgressReason::http_error, 429) == "too_many_requests");
  CHECK(code(EgressReason::tls_failed) == "url_not_accessible");
  CHECK(code(EgressReason::worker_failed) == "unavailable");
  CHECK(to_fetch_error(failed(EgressReason::host_denied)).message == "host_denied: why");
}

TEST_CASE("when a server says how long to wait, the error says it too") {
  auto reply = failed(policy::EgressReason::http_error, 429);
  reply.retry_after = std::chrono::seconds(30);
  CHECK(to_fetch_error(reply).retry_after == std::chrono::seconds(30));
}

TEST_CASE("no fetcher is unavailable, and a page that takes too long is not accessible") {
  CHECK(to_fetch_error(Error{ErrorCode::unavailable, "none"}).code == "unavailable");
  CHECK(to_fetch_error(Error{ErrorCode::timeout, "slow"}).code == "url_not_accessible");
}

TEST_CASE("a page's blocks are told apart by their marks") {
  CHECK(markdown_text({{BlockKind::heading, 2, "Ports"},
                       {BlockKind::paragraph, 0, "There are two."},
                       {BlockKind::list_item, 1, "7311"},
                       {BlockKind::list_item, 2, "over TLS"},
                       {BlockKind::table_row, 0, "a | b"},
                       {BlockKind::quote, 0, "one\ntwo"},
                       {BlockKind::code, 0, "x = 1"}}) ==
        "## Ports\n\nThere are two.\n\n- 7311\n  - over TLS\n\n| a | b |\n\n> one\n> two\n\n"
        "```\nx = 1\n```");
  CHECK(markdown_text({}).empty());
}

TEST_CASE("code that holds a fence stands in a longer one") {
  CHECK(markdown_text({{BlockKind::code, 0, "````\nout"}}) == "`````\n````\nout\n`````");
}

}  // namespace
}  // namespace seekd::daemon
