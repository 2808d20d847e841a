#include "policy/upstream.h"

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

Upstream upstream(const char* url) {
  return {.name = "cluster", .url = upstream_base(url).value(), .key_file = {}};
}

AddressException loopback(std::uint16_t port) {
  return {parse_address_range("127.0.0.1").value(), port, "ours"};
}

TEST_CASE("an upstream has two paths, and a request can name no other") {
  const Upstream cluster = upstream("https://llm.example.org/v1/");
  CHECK(upstream_url(cluster, UpstreamPath::chat_completions).text() ==
        "https://llm.example.org/v1/chat/completions");
  CHECK(upstream_url(cluster, UpstreamPath::models).text() == "https://llm.example.org/v1/models");
  CHECK(parse_upstream_path("chat/completions") == UpstreamPath::chat_completions);
  for (const char* other :
       {"", "completions", "/models", "chat/completions/", "../admin", "files", "models?a"}) {
    CAPTURE(other);
    CHECK_FALSE(parse_upstream_path(other));
  }
}

TEST_CASE("a base with a query, or that is no URL, is refused") {
  CHECK_FALSE(upstream_base("https://llm.example.org/v1?key=1"));
  CHECK_FALSE(upstream_base("https://user@llm.example.org/v1"));
  CHECK_FALSE(upstream_base("llm.example.org"));
  CHECK(upstream_base("https://llm.example.org").value() == "https://llm.example.org");
}

TEST_CASE("an upstream opens its own scheme, host and port, and follows no redirect") {
  EgressPolicy policy;
  policy.allow = {{"pages.example"}};
  policy.deny = {{"denied.example"}};
  const EgressPolicy judged = upstream_policy(policy, upstream("https://llm.example.org:8443/v1"));
  const auto reason = [](const char* url, const EgressPolicy& by) {
    return judge_url(url, Provenance::model_request, by, parse_url).reason;
  };
  CHECK(reason("https://llm.example.org:8443/v1/models", judged) == EgressReason::allowed);
  CHECK(reason("https://llm.example.org/v1/models", judged) != EgressReason::allowed);
  CHECK(reason("http://llm.example.org:8443/v1/models", judged) != EgressReason::allowed);
  CHECK(reason("https://pages.example/", judged) == EgressReason::host_not_allowed);
  CHECK(reason("https://llm.example.org:8443/v1/models", policy) != EgressReason::allowed);
  CHECK(reason("https://denied.example/v1/models",
               upstream_policy(policy, upstream("https://denied.example/v1"))) ==
        EgressReason::host_denied);
  const Url asked = parse_url("https://llm.example.org:8443/v1/models").value();
  CHECK(judge_redirect(asked, "/v2/models", 1, judged, parse_url).reason ==
        EgressReason::too_many_redirects);
}

TEST_CASE("without TLS an upstream is asked at addresses alone that an exception names") {
  EgressPolicy policy;
  policy.addresses.exceptions = {loopback(8000)};
  const std::vector near{parse_address("127.0.0.1").value()};
  const std::vector far{parse_address("198.41.0.4").value()};
  const std::vector both{near[0], far[0]};
  const Url plain = parse_url("http://localhost:8000/v1/models").value();
  CHECK(judge_plain_http(plain, near, policy).allowed());
  CHECK(judge_plain_http(plain, far, policy).reason == EgressReason::scheme_denied);
  CHECK(judge_plain_http(plain, both, policy).reason == EgressReason::scheme_denied);
  const Url other_port = parse_url("http://localhost:8001/v1/models").value();
  CHECK_FALSE(judge_plain_http(other_port, near, policy).allowed());
  CHECK(judge_plain_http(parse_url("https://llm.example.org/").value(), far, policy).allowed());
  policy.route.proxy = Endpoint{near[0], 3128};
  CHECK_FALSE(judge_plain_http(plain, near, policy).allowed());
}

TEST_CASE("the ports of upstreams are open from the start") {
  const std::vector upstreams{upstream("http://localhost:8000/v1"),
                              upstream("https://llm.example.org/v1")};
  CHECK(open_ports(EgressPolicy(),
                   std::vector{upstream_rule(upstreams[0]), upstream_rule(upstreams[1])}) ==
        std::vector<std::uint16_t>{443, 8000});
}

}  // namespace
}  // namespace seekd::policy
