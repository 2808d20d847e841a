#include "fetcher/wire.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;

namespace {

FetchReply page_reply() {
  FetchReply reply;
  reply.outcome = FetchOutcome::page;
  reply.reason = policy::EgressReason::allowed;
  reply.http_status = 200;
  reply.hops = {"https://a.example.org/", "https://b.example.org/x"};
  reply.wire_bytes = 4711;
  FetchedPage page;
  page.url = reply.hops.front();
  page.final_url = reply.hops.back();
  page.requested_at = TimePoint(std::chrono::seconds(1'700'000'000));
  page.retrieved_at = TimePoint(std::chrono::seconds(1'700'000'001));
  page.headers.etag = "\"v1\"";
  page.metadata.title = "Kestrel – 4.2";
  page.metadata.feeds = {{"https://a.example.org/feed", "News"}};
  page.blocks = {{BlockKind::heading, 1, "Kestrel"}, {BlockKind::code, 0, "a\n  b"}};
  page.links = {{"https://c.example.org/", "the next"}};
  page.body_bytes = 999;
  reply.page = page;
  return reply;
}

ErrorCode error_of(const std::string& lines) {
  const auto parsed = parse_fetch_reply(lines);
  REQUIRE_FALSE(parsed);
  return parsed.error().code;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a request comes back as it was written") {
  FetchRequest request{"https://a.example.org/", policy::Provenance::page_link, "\"v1\"",
                       "Sat, 01 Jan 2022 00:00:00 GMT", "https://a.example.org/final"};
  CHECK(parse_fetch_request(to_json(request)) == request);
  request = {"https://a.example.org/", std::nullopt, "", "", ""};
  CHECK(parse_fetch_request(to_json(request)) == request);
}

TEST_CASE("a request that says something unknown, twice the wrong type or too much is an error") {
  const char* bad[] = {"",
                       "{",
                       "[]",
                       "{}",
                       R"({"url":1})",
                       R"({"url":null})",
                       R"({"url":""})",
                       R"({"url":"https://a.example.org/","provenance":"model"})",
                       R"({"url":"https://a.example.org/","provenance":3})",
                       R"({"url":"https://a.example.org/","priority":3})",
                       R"({"url":{"url":"https://a.example.org/"}})",
                       "{\"url\":\"https://a.example.org/\xff\"}"};
  for (const char* text : bad) CHECK_FALSE(parse_fetch_request(text));
  const std::string long_etag = R"({"url":"https://a.example.org/","etag":")" +
                                std::string(validator_bytes_max + 1, 'x') + "\"}";
  CHECK(parse_fetch_request(long_etag).error().code == ErrorCode::too_large);
  CHECK(parse_fetch_request(std::string(request_bytes_max + 1, ' ')).error().code ==
        ErrorCode::too_large);
}

TEST_CASE("a reply with a page comes back as it was written") {
  const FetchReply reply = page_reply();
  const auto parsed = parse_fetch_reply(to_json(reply));
  REQUIRE(parsed);
  CHECK(*parsed == reply);
}

TEST_CASE("a refusal is one line and comes back as it was written") {
  FetchReply reply;
  reply.outcome = FetchOutcome::refused;
  reply.reason = policy::EgressReason::address_denied;
  reply.message = "10.0.0.1 is private";
  const std::string text = to_json(reply);
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(parse_fetch_reply(text) == reply);
}

TEST_CASE("a content line cannot name a URL, a time or a verdict") {
  const FetchReply reply = page_reply();
  for (const char* claim : {"\"url\":\"https://victim.example.org/\"", "\"retrieved_at\":1",
                            "\"hops\":[]", "\"outcome\":\"page\""}) {
    const std::string content = "{" + std::string(claim) + ",\"blocks\":[]}";
    CHECK(error_of(verdict_line(reply) + "\n" + content + "\n") == ErrorCode::invalid_argument);
  }
}

TEST_CASE("bytes after the content are an error, whatever they try to be") {
  const FetchReply reply = page_reply();
  const std::string lines = to_json(reply);
  CHECK(error_of(lines + lines) == ErrorCode::invalid_argument);
  CHECK(error_of(lines + "}") == ErrorCode::invalid_argument);
}

TEST_CASE("a reply whose lines, outcome and reason disagree is an error") {
  const std::string lines = to_json(page_reply());
  CHECK(error_of("") == ErrorCode::invalid_argument);
  CHECK(error_of(verdict_line(page_reply())) == ErrorCode::invalid_argument);
  CHECK(error_of(verdict_line(page_reply()) + "\n") == ErrorCode::invalid_argument);
  CHECK(error_of(replaced(lines, "\"allowed\"", "\"timeout\"")) == ErrorCode::invalid_argument);
  CHECK(error_of(replaced(lines, "\"page\"", "\"refused\"")) == ErrorCode::invalid_argument);
  CHECK(error_of(replaced(lines, "\"page\"", "\"praised\"")) == ErrorCode::invalid_argument);
  CHECK(error_of(replaced(lines, "\"http_status\":200", "\"http_status\":-1")) ==
        ErrorCode::invalid_argument);
  CHECK(error_of(replaced(lines, "\"http_status\":200", "\"http_status\":2.5")) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("content beyond its bounds is an error") {
  FetchReply reply = page_reply();
  reply.page->links.assign(links_max + 1, {"https://c.example.org/", ""});
  CHECK(error_of(to_json(reply)) == ErrorCode::too_large);
  reply = page_reply();
  reply.page->metadata.title.assign(field_bytes_max + 1, 'x');
  CHECK(error_of(to_json(reply)) == ErrorCode::too_large);
  reply = page_reply();
  reply.page->blocks.assign(blocks_max + 1, {BlockKind::paragraph, 0, "x"});
  CHECK(error_of(to_json(reply)) == ErrorCode::too_large);
  reply = page_reply();
  reply.hops.assign(hops_max + 1, "https://a.example.org/");
  CHECK(error_of(to_json(reply)) == ErrorCode::too_large);
}

TEST_CASE("content of wrong kinds is an error") {
  const std::string lines = to_json(page_reply());
  for (const char* block :
       {"3", "{}", R"({"kind":"heading","text":""})", R"({"kind":"script","text":"x"})",
        R"({"kind":"heading","text":"x","level":256})", R"({"kind":"code","text":["x"]})",
        R"([[[[[[[["x"]]]]]]]])", "{\"kind\":\"code\",\"text\":\"\xed\xa0\x80\"}"}) {
    CHECK_FALSE(parse_fetch_reply(
        replaced(lines, "\"blocks\":[", "\"blocks\":[" + std::string(block) + ",")));
  }
}

TEST_CASE("entries are of a page that lists them") {
  FetchReply reply = page_reply();
  reply.page->kind = PageKind::page;
  reply.page->entries.clear();
  reply.page->entries_total = 0;
  const std::string lines = to_json(reply);
  REQUIRE(parse_fetch_reply(lines));
  CHECK(error_of(replaced(lines, "\"body_bytes\"", "\"entries_total\":2,\"body_bytes\"")) ==
        ErrorCode::invalid_argument);
  CHECK(error_of(replaced(lines, "\"body_bytes\"", "\"entries\":[{}],\"body_bytes\"")) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("not_modified never carries blocks") {
  FetchReply reply = page_reply();
  reply.outcome = FetchOutcome::not_modified;
  const auto parsed = parse_fetch_reply(to_json(reply));
  REQUIRE(parsed);
  CHECK(parsed->page->blocks.empty());
  CHECK(parsed->page->headers.etag == "\"v1\"");
}
