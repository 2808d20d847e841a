// FetchMachine: what is tried again, when, and how often.
#include <catch2/catch.hpp>

#include "fetcher/broker/fetch_machine.h"
#include "fetcher/url_reader.h"

using namespace seekd;
using namespace seekd::fetcher;
using namespace std::chrono_literals;
using policy::EgressReason;

namespace {

const TimePoint now{std::chrono::seconds(1'700'000'000)};
const Moment moment{now, 20s, 0.5};
const char* const url = "https://docs.example.org/page";

const policy::EgressPolicy& any_host() {
  static const policy::EgressPolicy policy;
  return policy;
}

// A machine that waits for its turn.
FetchMachine waiting_machine() {
  FetchMachine machine(any_host(), read_url);
  machine.start({url, policy::Provenance::user, "", "", ""});
  machine.on_robots(policy::RobotsRules{});
  return machine;
}

void connect(FetchMachine& machine) {
  REQUIRE(std::holds_alternative<Resolve>(machine.on_place()));
  REQUIRE(std::holds_alternative<Connect>(
      machine.on_addresses(std::vector{*policy::parse_address("93.184.216.34")}, {})));
}

void send(FetchMachine& machine) {
  connect(machine);
  REQUIRE(std::holds_alternative<Work>(machine.on_connected(now)));
}

WorkerReply failure(EgressReason reason, std::uint16_t status = 0,
                    std::chrono::seconds pause = 0s) {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::failed;
  reply.reason = reason;
  reply.http_status = status;
  reply.retry_after = pause;
  return reply;
}

FetchReply finished(const Action& action) {
  REQUIRE(std::holds_alternative<Finish>(action));
  return std::get<Finish>(action).result.reply;
}

std::chrono::milliseconds waits(const Action& action) {
  REQUIRE(std::holds_alternative<Wait>(action));
  return std::get<Wait>(action).time;
}

}  // namespace

TEST_CASE("a host that takes no connection is tried three times, each after a longer wait") {
  FetchMachine machine = waiting_machine();
  const Refusal refused{EgressReason::connect_failed, "refused"};
  connect(machine);
  CHECK(waits(machine.on_not_connected(refused, moment)) == 250ms);
  REQUIRE(std::holds_alternative<AskPlace>(machine.on_waited()));
  connect(machine);
  CHECK(waits(machine.on_not_connected(refused, moment)) == 500ms);
  machine.on_waited();
  connect(machine);
  CHECK(finished(machine.on_not_connected(refused, moment)).reason == EgressReason::connect_failed);
}

TEST_CASE("the wait is spread from half to one and a half of the back-off") {
  for (const auto& [chance, wait] : {std::pair{0.0, 125ms}, std::pair{0.999, 375ms}}) {
    FetchMachine machine = waiting_machine();
    connect(machine);
    CHECK(waits(machine.on_not_connected({EgressReason::connect_failed, ""}, {now, 20s, chance})) ==
          wait);
  }
}

TEST_CASE("a page that comes at the second try is a page, and its URL stands once in the hops") {
  FetchMachine machine = waiting_machine();
  send(machine);
  waits(machine.on_reply(failure(EgressReason::connect_failed), moment));
  machine.on_waited();
  send(machine);
  WorkerReply page;
  page.kind = WorkerReplyKind::page;
  page.http_status = 200;
  page.content = "{}";
  const FetchReply reply = finished(machine.on_reply(page, moment));
  CHECK(reply.outcome == FetchOutcome::page);
  CHECK(reply.hops == std::vector<std::string>{url});
}

TEST_CASE("a server that says when is asked again then, and not before") {
  for (const std::uint16_t status : {429, 502, 503, 504}) {
    FetchMachine machine = waiting_machine();
    send(machine);
    CHECK(waits(machine.on_reply(failure(EgressReason::http_error, status, 3s), moment)) == 3250ms);
  }
}

TEST_CASE("a server that does not say when, or says much later, is not asked again") {
  for (const auto pause : {0s, 6s, 3600s}) {
    FetchMachine machine = waiting_machine();
    send(machine);
    const FetchReply reply =
        finished(machine.on_reply(failure(EgressReason::http_error, 503, pause), moment));
    CHECK(reply.reason == EgressReason::http_error);
    CHECK(reply.http_status == 503);
    CHECK(reply.retry_after == pause);
  }
}

TEST_CASE("refusals and answers are never tried again") {
  for (const auto reason :
       {EgressReason::tls_failed, EgressReason::framing_invalid, EgressReason::body_too_large,
        EgressReason::content_type_denied, EgressReason::content_invalid, EgressReason::timeout,
        EgressReason::http_error, EgressReason::worker_failed, EgressReason::internal}) {
    FetchMachine machine = waiting_machine();
    send(machine);
    CHECK(finished(machine.on_reply(failure(reason, 404, 1s), moment)).reason == reason);
  }
  FetchMachine machine = waiting_machine();
  connect(machine);
  CHECK(finished(machine.on_not_connected({EgressReason::peer_mismatch, ""}, moment)).reason ==
        EgressReason::peer_mismatch);
}

TEST_CASE("no try is begun that the request's time does not cover") {
  FetchMachine machine = waiting_machine();
  connect(machine);
  CHECK(finished(machine.on_not_connected({EgressReason::connect_failed, ""}, {now, 1200ms, 0.5}))
            .reason == EgressReason::connect_failed);
}

TEST_CASE("the tries of all hops are counted together") {
  FetchMachine machine = waiting_machine();
  const WorkerReply broken = failure(EgressReason::connect_failed);
  send(machine);
  waits(machine.on_reply(broken, moment));
  machine.on_waited();
  send(machine);
  waits(machine.on_reply(broken, moment));
  machine.on_waited();
  send(machine);
  WorkerReply redirect;
  redirect.kind = WorkerReplyKind::redirect;
  redirect.location = "/moved";
  REQUIRE(std::holds_alternative<AskRobots>(machine.on_reply(redirect, moment)));
  machine.on_robots(policy::RobotsRules{});
  send(machine);
  CHECK(finished(machine.on_reply(broken, moment)).hops.size() == 2);
}

TEST_CASE("a short pause of the host is waited for, a long one is told to the caller") {
  FetchMachine short_pause = waiting_machine();
  CHECK(waits(short_pause.on_pause(900ms, moment)) == 900ms);
  CHECK(std::holds_alternative<AskPlace>(short_pause.on_waited()));
  FetchMachine long_pause = waiting_machine();
  const FetchReply reply = finished(long_pause.on_pause(90'500ms, moment));
  CHECK(reply.reason == EgressReason::rate_limited);
  CHECK(reply.retry_after == 91s);
}
