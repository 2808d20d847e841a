#include "fetcher/broker/fetch_machine.h"

#include <catch2/catch.hpp>

#include "fetcher/url_reader.h"

using namespace seekd;
using namespace seekd::fetcher;
using policy::EgressReason;

namespace {

const TimePoint now{std::chrono::seconds(1'700'000'000)};
const Moment moment{now, std::chrono::seconds(20), 0.5};
const char* const url = "https://docs.example.org/page";

FetchRequest request_for(const std::string& text) {
  return {text, policy::Provenance::user, "", "", ""};
}

policy::IpAddress address(const char* text) {
  return *policy::parse_address(text);
}

Addresses public_address() {
  return std::vector{address("93.184.216.34")};
}

WorkerReply redirect_to(const std::string& location) {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::redirect;
  reply.http_status = 302;
  reply.wire_bytes = 10;
  reply.location = location;
  return reply;
}

WorkerReply page() {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::page;
  reply.http_status = 200;
  reply.wire_bytes = 100;
  reply.content = "{}";
  return reply;
}

// Goes from AskRobots to Work, and gives the job.
WorkerJob to_work(FetchMachine& machine, const Action& first) {
  REQUIRE(std::holds_alternative<AskRobots>(first));
  REQUIRE(std::holds_alternative<AskPlace>(machine.on_robots(policy::RobotsRules{})));
  REQUIRE(std::holds_alternative<Resolve>(machine.on_place()));
  REQUIRE(std::holds_alternative<Connect>(machine.on_addresses(public_address(), {})));
  return std::get<Work>(machine.on_connected(now)).job;
}

FetchReply finished(const Action& action) {
  REQUIRE(std::holds_alternative<Finish>(action));
  return std::get<Finish>(action).result.reply;
}

}  // namespace

TEST_CASE("a page goes through robots, place, addresses, connection and worker, in this order") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  const WorkerJob job = to_work(machine, machine.start(request_for(url)));
  CHECK(job.kind == JobKind::page);
  CHECK(job.url.text() == url);
  const FetchReply reply =
      finished(machine.on_reply(page(), {now + std::chrono::seconds(1), moment.left, 0}));
  CHECK(reply.outcome == FetchOutcome::page);
  CHECK(reply.hops == std::vector<std::string>{url});
  CHECK(reply.page->requested_at == now);
  CHECK(reply.page->retrieved_at == now + std::chrono::seconds(1));
}

TEST_CASE("a URL that is denied ends before anything is asked of anybody") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  CHECK(finished(machine.start(request_for("https://127.0.0.1/"))).reason ==
        EgressReason::ip_literal);
  FetchMachine without(policy, read_url);
  CHECK(finished(without.start({url, std::nullopt, "", "", ""})).reason ==
        EgressReason::no_provenance);
}

TEST_CASE("robots.txt is asked before the page's host is resolved, and obeyed") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  REQUIRE(std::holds_alternative<AskRobots>(machine.start(request_for(url))));
  const policy::RobotsRules closed{{{policy::RobotsVerb::disallow, "/page"}}};
  CHECK(finished(machine.on_robots(closed)).reason == EgressReason::robots_denied);
}

TEST_CASE("robots.txt is not asked where the policy says so, and not for itself") {
  policy::EgressPolicy policy;
  policy.sites.emplace_back().host = "docs.example.org";
  policy.sites.back().robots = policy::RobotsUse::ignore;
  FetchMachine machine(policy, read_url);
  CHECK(std::holds_alternative<AskPlace>(machine.start(request_for(url))));
  FetchMachine robots(policy, read_url);
  CHECK(std::holds_alternative<AskPlace>(robots.start_robots(*policy::parse_url(url))));
  CHECK(robots.url().text() == "https://docs.example.org/robots.txt");
}

TEST_CASE("what robots.txt asks for between two pages goes with the page's turn") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  machine.start(request_for(url));
  policy::RobotsRules rules;
  rules.crawl_delay = std::chrono::seconds(3);
  const Action turn = machine.on_robots(rules);
  CHECK(std::get<AskPlace>(turn).crawl_delay == std::chrono::seconds(3));
  CHECK(std::get<AskPlace>(turn).kind == JobKind::page);
}

TEST_CASE("through a proxy nothing is resolved here, and steps 1 to 6 stay") {
  policy::EgressPolicy policy;
  policy.route.proxy = policy::Endpoint{address("10.0.0.5"), 3128};
  policy.deny = {{"denied.example.org"}};
  FetchMachine refused(policy, read_url);
  CHECK(finished(refused.start(request_for("https://denied.example.org/"))).reason ==
        EgressReason::host_denied);
  FetchMachine machine(policy, read_url);
  REQUIRE(std::holds_alternative<AskRobots>(machine.start(request_for(url))));
  REQUIRE(std::holds_alternative<AskPlace>(machine.on_robots(policy::RobotsRules{})));
  const Action action = machine.on_place();
  REQUIRE(std::holds_alternative<Connect>(action));
  CHECK(std::get<Connect>(action).addresses == std::vector{address("10.0.0.5")});
  CHECK(std::get<Connect>(action).port == 3128);
  const WorkerJob tunnel = std::get<Work>(machine.on_connected(now)).job;
  CHECK(tunnel.kind == JobKind::tunnel);
  CHECK(tunnel.proxy == "10.0.0.5:3128");
  WorkerReply open;
  open.kind = WorkerReplyKind::tunnel;
  const WorkerJob job = std::get<Work>(machine.on_reply(open, moment)).job;
  CHECK(job.kind == JobKind::page);
  CHECK(job.proxy.empty());
  CHECK(finished(machine.on_reply(page(), moment)).outcome == FetchOutcome::page);
}

TEST_CASE(
    "a worker that was asked for a tunnel gives no page, and one that was not gives no tunnel") {
  policy::EgressPolicy policy;
  policy.route.proxy = policy::Endpoint{address("10.0.0.5"), 3128};
  FetchMachine tunnelling(policy, read_url);
  tunnelling.start(request_for(url));
  tunnelling.on_robots(policy::RobotsRules{});
  tunnelling.on_place();
  tunnelling.on_connected(now);
  CHECK(finished(tunnelling.on_reply(page(), moment)).reason == EgressReason::worker_failed);

  const policy::EgressPolicy direct;
  FetchMachine machine(direct, read_url);
  to_work(machine, machine.start(request_for(url)));
  WorkerReply open;
  open.kind = WorkerReplyKind::tunnel;
  CHECK(finished(machine.on_reply(open, moment)).reason == EgressReason::worker_failed);
}

TEST_CASE("a site may go directly where the others go through a proxy, hop by hop") {
  policy::EgressPolicy policy;
  policy.route.proxy = policy::Endpoint{address("10.0.0.5"), 3128};
  policy.sites.emplace_back().host = "docs.example.org";
  policy.sites.back().route.emplace();
  FetchMachine machine(policy, read_url);
  CHECK(to_work(machine, machine.start(request_for(url))).proxy.empty());
}

TEST_CASE("a proxy that the policy's own deny list closes is not connected to") {
  policy::EgressPolicy policy;
  policy.route.proxy = policy::Endpoint{address("10.0.0.5"), 3128};
  policy.addresses.denied = {*policy::parse_address_range("10.0.0.0/8")};
  FetchMachine machine(policy, read_url);
  machine.start(request_for(url));
  machine.on_robots(policy::RobotsRules{});
  CHECK(finished(machine.on_place()).reason == EgressReason::address_denied);
}

TEST_CASE("one denied address refuses the name, and no address is none") {
  const policy::EgressPolicy policy;
  for (const auto& [addresses, reason] :
       {std::pair{Addresses(std::vector{address("93.184.216.34"), address("10.0.0.1")}),
                  EgressReason::address_denied},
        std::pair{Addresses(std::vector<policy::IpAddress>()), EgressReason::resolve_failed}}) {
    FetchMachine machine(policy, read_url);
    machine.start(request_for(url));
    machine.on_robots(policy::RobotsRules{});
    machine.on_place();
    CHECK(finished(machine.on_addresses(addresses, {})).reason == reason);
  }
}

TEST_CASE("a host's own address is denied though it is public") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  machine.start(request_for(url));
  machine.on_robots(policy::RobotsRules{});
  machine.on_place();
  const std::vector own{address("93.184.216.34")};
  CHECK(finished(machine.on_addresses(public_address(), own)).reason ==
        EgressReason::address_denied);
}

TEST_CASE("every hop of a redirect is judged, robots.txt included") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  to_work(machine, machine.start(request_for(url)));
  const WorkerJob job =
      to_work(machine, machine.on_reply(redirect_to("https://other.example.org/x"), moment));
  CHECK(job.url.host == "other.example.org");
  const FetchReply reply = finished(machine.on_reply(redirect_to("https://[::1]/"), moment));
  CHECK(reply.reason == EgressReason::ip_literal);
  CHECK(reply.hops == std::vector<std::string>{url, "https://other.example.org/x"});
  CHECK(reply.wire_bytes == 20);
}

TEST_CASE("redirects end after as many as the policy says") {
  policy::EgressPolicy policy;
  policy.redirects_max = 2;
  FetchMachine machine(policy, read_url);
  to_work(machine, machine.start(request_for(url)));
  to_work(machine, machine.on_reply(redirect_to("/1"), moment));
  to_work(machine, machine.on_reply(redirect_to("/2"), moment));
  CHECK(finished(machine.on_reply(redirect_to("/3"), moment)).reason ==
        EgressReason::too_many_redirects);
}

TEST_CASE("validators go to the URL they belong to and to no other hop") {
  const policy::EgressPolicy policy;
  FetchRequest request = request_for(url);
  request.etag = "\"v1\"";
  request.validated_url = "https://docs.example.org/final";
  FetchMachine machine(policy, read_url);
  CHECK(to_work(machine, machine.start(request)).etag.empty());
  CHECK(to_work(machine, machine.on_reply(redirect_to("/final"), moment)).etag == "\"v1\"");
  WorkerReply reply = page();
  reply.kind = WorkerReplyKind::not_modified;
  CHECK(finished(machine.on_reply(reply, moment)).outcome == FetchOutcome::not_modified);
}

TEST_CASE("a worker that answers what was not asked has failed") {
  const policy::EgressPolicy policy;
  for (const auto kind : {WorkerReplyKind::not_modified, WorkerReplyKind::robots}) {
    FetchMachine machine(policy, read_url);
    to_work(machine, machine.start(request_for(url)));
    WorkerReply reply = page();
    reply.kind = kind;
    CHECK(finished(machine.on_reply(reply, moment)).reason == EgressReason::worker_failed);
  }
}

TEST_CASE("the deadline has the name of what was waited for") {
  const policy::EgressPolicy policy;
  FetchMachine machine(policy, read_url);
  machine.start(request_for(url));
  machine.on_robots(policy::RobotsRules{});
  CHECK(finished(machine.on_deadline()).reason == EgressReason::rate_limited);
  FetchMachine later(policy, read_url);
  to_work(later, later.start(request_for(url)));
  CHECK(finished(later.on_deadline()).reason == EgressReason::timeout);
}

TEST_CASE("checks of ours refuse, the web and our own faults fail") {
  CHECK(outcome_of(EgressReason::address_denied) == FetchOutcome::refused);
  CHECK(outcome_of(EgressReason::content_mismatch) == FetchOutcome::refused);
  CHECK(outcome_of(EgressReason::http_error) == FetchOutcome::failed);
  CHECK(outcome_of(EgressReason::worker_failed) == FetchOutcome::failed);
}

namespace {

const DownloadRequest file_request{"https://hub.example.org/a/b/resolve/c/x", Wanted::file, 3, 9};

policy::EgressPolicy hub_policy() {
  policy::EgressPolicy policy;
  policy.models = {{"hub.example.org"}, {".store.example.net"}};
  return *policy::model_policy(policy);
}

// From AskPlace to Work: no robots.txt is asked.
WorkerJob to_download(FetchMachine& machine, const Action& first) {
  REQUIRE(std::holds_alternative<AskPlace>(first));
  REQUIRE(std::holds_alternative<Resolve>(machine.on_place()));
  REQUIRE(std::holds_alternative<Connect>(machine.on_addresses(public_address(), {})));
  return std::get<Work>(machine.on_connected(now)).job;
}

}  // namespace

TEST_CASE("a model's file is asked for by its range, on every hop, and robots.txt is not") {
  const policy::EgressPolicy policy = hub_policy();
  FetchMachine machine(policy, read_url);
  const WorkerJob hub = to_download(machine, machine.start_download(file_request));
  CHECK(hub.kind == JobKind::file);
  CHECK(hub.offset == 3);
  CHECK(hub.file_bytes == 9);
  const char* const store = "https://eu.store.example.net/blob?signature=x";
  const WorkerJob job = to_download(machine, machine.on_reply(redirect_to(store), moment));
  CHECK(job.url.text() == store);
  CHECK(job.offset == 3);
  WorkerReply delivered;
  delivered.kind = WorkerReplyKind::delivered;
  delivered.http_status = 206;
  const FetchReply reply = finished(machine.on_reply(std::move(delivered), moment));
  CHECK(reply.outcome == FetchOutcome::delivered);
  CHECK(reply.reason == EgressReason::allowed);
  CHECK(reply.hops == std::vector<std::string>{file_request.url, store});
}

TEST_CASE("what egress.models does not name is refused to a download, on the first hop and later") {
  const policy::EgressPolicy policy = hub_policy();
  DownloadRequest elsewhere = file_request;
  elsewhere.url = url;
  FetchMachine first(policy, read_url);
  const FetchReply refused = finished(first.start_download(elsewhere));
  CHECK(refused.reason == EgressReason::host_not_allowed);
  CHECK(refused.message.find("egress.models") != std::string::npos);
  FetchMachine machine(policy, read_url);
  to_download(machine, machine.start_download(file_request));
  CHECK(finished(machine.on_reply(redirect_to(url), moment)).reason ==
        EgressReason::host_not_allowed);
}

TEST_CASE(
    "a worker that answers a download with a page, or a page with a download, is not believed") {
  const policy::EgressPolicy policy = hub_policy();
  FetchMachine machine(policy, read_url);
  to_download(machine, machine.start_download(file_request));
  CHECK(finished(machine.on_reply(page(), moment)).reason == EgressReason::worker_failed);
  const policy::EgressPolicy open;
  FetchMachine other(open, read_url);
  to_work(other, other.start(request_for(url)));
  WorkerReply delivered;
  delivered.kind = WorkerReplyKind::delivered;
  CHECK(finished(other.on_reply(std::move(delivered), moment)).reason ==
        EgressReason::worker_failed);
}

namespace {

const policy::Upstream cluster{
    .name = "cluster", .url = "https://llm.example.org/v1", .key_file = {}};
const UpstreamRequest chat{"cluster", policy::UpstreamPath::chat_completions, 42};

}  // namespace

TEST_CASE("an upstream is asked without robots.txt, and what was sent is not sent again") {
  const policy::EgressPolicy policy = policy::upstream_policy({}, cluster);
  FetchMachine machine(policy, read_url);
  REQUIRE(std::holds_alternative<AskPlace>(machine.start_upstream(cluster, chat)));
  REQUIRE(std::holds_alternative<Resolve>(machine.on_place()));
  REQUIRE(std::holds_alternative<Connect>(machine.on_addresses(public_address(), {})));
  const WorkerJob job = std::get<Work>(machine.on_connected(now)).job;
  CHECK(job.kind == JobKind::chat);
  CHECK(job.url.text() == "https://llm.example.org/v1/chat/completions");
  CHECK(job.body_bytes == 42);
  WorkerReply busy;
  busy.kind = WorkerReplyKind::failed;
  busy.reason = EgressReason::http_error;
  busy.http_status = 503;
  busy.retry_after = std::chrono::seconds(1);
  const FetchReply reply = finished(machine.on_reply(busy, moment));
  CHECK(reply.reason == EgressReason::http_error);
  CHECK(reply.retry_after == std::chrono::seconds(1));
}

TEST_CASE("an upstream that redirects is not followed") {
  const policy::EgressPolicy policy = policy::upstream_policy({}, cluster);
  FetchMachine machine(policy, read_url);
  machine.start_upstream(cluster, chat);
  machine.on_place();
  machine.on_addresses(public_address(), {});
  machine.on_connected(now);
  const Action action = machine.on_reply(redirect_to("https://llm.example.org/v2"), moment);
  CHECK(finished(action).reason == EgressReason::too_many_redirects);
}

TEST_CASE("an upstream without TLS is connected to at excepted addresses alone") {
  const policy::Upstream plain{.name = "plain", .url = "http://llm.example.org/v1", .key_file = {}};
  const policy::EgressPolicy policy = policy::upstream_policy({}, plain);
  FetchMachine machine(policy, read_url);
  machine.start_upstream(plain, chat);
  machine.on_place();
  CHECK(finished(machine.on_addresses(public_address(), {})).reason == EgressReason::scheme_denied);
}
