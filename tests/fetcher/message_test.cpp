#include "fetcher/worker/message.h"

#include <catch2/catch.hpp>

#include "fetcher/wire.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

constexpr std::size_t content_max = 1000;

WorkerReply a_reply() {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::robots;
  reply.http_status = 200;
  reply.retry_after = std::chrono::seconds(77);
  reply.wire_bytes = 77;
  reply.message = "hello";
  reply.location = "/there";
  reply.rules.rules = {{policy::RobotsVerb::allow, "/a"}, {policy::RobotsVerb::disallow, "/"}};
  reply.rules.crawl_delay = std::chrono::seconds(2);
  reply.content = "{}";
  return reply;
}

}  // namespace

TEST_CASE("jobs and replies come back as they were written") {
  const WorkerJob job{JobKind::robots,
                      {"https", "example.org", 8443, "/x?y"},
                      "\"e\"",
                      "then",
                      30'000,
                      "bot/1",
                      "10.0.0.5:3128",
                      "user:password",
                      1 << 20,
                      2 << 20,
                      {"text/html", "text/plain"},
                      100,
                      1000,
                      30,
                      5000,
                      policy::SearchKind::custom,
                      50,
                      {"/hits", "/url", "", "/text", ""},
                      "X-Key: secret",
                      R"({"event": 7})",
                      {"webhook-id: 7"},
                      "a certificate"};
  CHECK(decode_job(encode(job)) == job);
  CHECK(decode_reply(encode(a_reply()), content_max) == a_reply());
}

TEST_CASE("a message that is cut anywhere, or goes on, is an error") {
  const std::string whole = encode(a_reply());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(decode_reply(whole.substr(0, size), content_max));
  }
  CHECK_FALSE(decode_reply(whole + "x", content_max));
}

TEST_CASE("a flipped byte is an error or another reply within the bounds, never more") {
  const std::string whole = encode(a_reply());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string bent = whole;
      bent[at] = static_cast<char>(bent[at] ^ flip);
      const auto reply = decode_reply(bent, content_max);
      if (!reply) continue;
      CHECK(reply->rules.rules.size() <= policy::robots_rules_max);
      CHECK(reply->http_status <= 999);
      CHECK(reply->rules.crawl_delay <= policy::crawl_delay_max);
      CHECK(reply->reason <= policy::EgressReason::internal);
    }
  }
}

TEST_CASE("texts over their bounds are an error") {
  WorkerReply reply = a_reply();
  reply.content.assign(content_max + 1, 'x');
  CHECK(decode_reply(encode(reply), content_max).error().code == ErrorCode::too_large);
  reply = a_reply();
  reply.location.assign(location_bytes_max + 1, 'x');
  CHECK_FALSE(decode_reply(encode(reply), content_max));
  reply = a_reply();
  reply.message.assign(message_bytes_max + 1, 'x');
  CHECK_FALSE(decode_reply(encode(reply), content_max));
}

TEST_CASE("the patterns of a robots.txt are bounded by their sum") {
  WorkerReply reply = a_reply();
  const std::string third(policy::robots_bytes_max, '/');
  reply.rules.rules.assign(3, {policy::RobotsVerb::disallow, third});
  CHECK(decode_reply(encode(reply), content_max) == reply);
  reply.rules.rules.push_back({policy::RobotsVerb::allow, "/"});
  CHECK(decode_reply(encode(reply), content_max).error().code == ErrorCode::too_large);
}

TEST_CASE("a worker cannot allow, and cannot write a log line of its own") {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::failed;
  reply.reason = policy::EgressReason::allowed;
  reply.message = "a\nreason=forged\x1b[2J\xe2\x80\xae";
  const auto decoded = decode_reply(encode(reply), content_max);
  REQUIRE(decoded);
  CHECK(decoded->reason == policy::EgressReason::internal);
  CHECK(decoded->message == "a?reason=forged?[2J???");
}
