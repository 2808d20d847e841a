// One page's way into an answer: fresh, stale, confirmed, refused, late, unstored.

#include "daemon/answer/answer_machine.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;
using policy::SourceState;
using Codes = std::vector<std::string>;

// A question on which no rule decides.
AnswerMachine judged_machine() {
  ModelView model = word_model();
  model.judges = true;
  return {question("Which port does Kestrel use by default?"), settings(), model};
}

std::vector<model::Score> yes_with(double chance) {
  return {{std::log(chance), 1}, {std::log(1 - chance), 1}};
}

TEST_CASE("where the rules are unsure the model is asked once, before anything is searched") {
  AnswerMachine machine = judged_machine();
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::Judge>(started) != nullptr);
  CHECK(find<action::Judge>(started)->request.continuations.size() == 2);
  CHECK(find<action::Judge>(started)->request.messages.back().content.contains("Kestrel"));
  CHECK(started.size() == 1);
  const Actions judged = machine.resume(event::Judged{yes_with(0.99)}, now);
  REQUIRE(find<action::Search>(judged) != nullptr);
  // It says that the answer changes: what nobody knows of is told.
  machine.resume(event::Searched{std::vector<Passage>{}}, now);
  CHECK(codes(*complete(machine, "7311.")) == Codes{"no_source", "model_alone"});

  AnswerMachine settled = judged_machine();
  settled.resume(event::Started{}, now);
  settled.resume(event::Judged{yes_with(0.01)}, now);
  settled.resume(event::Searched{std::vector<Passage>{}}, now);
  CHECK(codes(*complete(settled, "7311.")) == Codes{"model_alone"});
}

TEST_CASE("a model that has no opinion fails no question, and one that is not asked is not") {
  AnswerMachine machine = judged_machine();
  machine.resume(event::Started{}, now);
  const Actions judged =
      machine.resume(event::Judged{fail(ErrorCode::internal, "no opinion")}, now);
  CHECK(find<action::Search>(judged) != nullptr);
  CHECK(count<action::Judge>(machine_for(question()).resume(event::Started{}, now)) == 0);
  ModelView model = word_model();
  model.judges = true;
  AnswerMachine sure(question("What is the weather in Bergen today?"), settings(), model);
  CHECK(count<action::Judge>(sure.resume(event::Started{}, now)) == 0);
  AnswerMachine named(question_about({url}), settings(), model);
  CHECK(count<action::Judge>(named.resume(event::Started{}, now)) == 0);
}

TEST_CASE("a question that is taken back while the model judges it stops the model") {
  AnswerMachine machine = judged_machine();
  machine.resume(event::Started{}, now);
  const Actions cancelled = machine.resume(event::Cancelled{}, now);
  CHECK(count<action::StopGenerating>(cancelled) == 1);
  CHECK(count<action::Finish>(cancelled) == 1);
  CHECK(machine.resume(event::Judged{yes_with(0.5)}, now).empty());
}

TEST_CASE("where the caller leaves it to the verdict, what is settled is the model's alone") {
  const auto begun = [](Question asked) {
    asked.search = SearchWhen::as_judged;
    return machine_for(std::move(asked)).resume(event::Started{}, now);
  };
  CHECK(count<action::Generate>(begun(question("What is two plus two?"))) == 1);
  CHECK(count<action::Search>(begun(question("What is the weather in Bergen today?"))) == 1);
  Question young = question("What is two plus two?");
  young.max_age = 0s;
  CHECK(count<action::Search>(begun(young)) == 1);
  CHECK(count<action::LookUp>(begun(question_about({url}))) == 1);
}

TEST_CASE("a page within its freshness lifetime is not fetched") {
  AnswerMachine machine = machine_for(question_about({url}));
  const Actions found = look_up(machine, page(url, 10min));
  CHECK(count<action::Fetch>(found) == 0);
  REQUIRE(find<action::Search>(found) != nullptr);
  CHECK(find<action::Search>(found)->query.urls == std::vector<std::string>{url});
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 10min))}}}, now);
  REQUIRE(find<action::Generate>(searched) != nullptr);
  CHECK(find<action::Generate>(searched)->request.messages.back().content.contains(fact));

  const auto answer = complete(machine);
  CHECK(only_source(answer).state == SourceState::fresh);
  CHECK(answer->notices.empty());
  REQUIRE(answer->citations.size() == 1);
  CHECK(answer->citations[0].start_index == 0);
  CHECK(answer->citations[0].end_index == fact.size());
  CHECK(answer->usage.pages_fetched == 0);
  CHECK(answer->usage.search_queries == 1);
}

TEST_CASE("a page that is not there is fetched and stored") {
  AnswerMachine machine = machine_for(question_about({url}));
  const Actions found = look_up(machine, nothing());
  REQUIRE(find<action::Fetch>(found) != nullptr);
  CHECK(find<action::Fetch>(found)->request.etag.empty());
  CHECK(find<action::Fetch>(found)->request.provenance == policy::Provenance::user);
  CHECK(count<action::ArmReadingDeadline>(found) == 1);
  const Actions stored = machine.resume(event::Fetched{0, fetched(url)}, now);
  REQUIRE(find<action::Keep>(stored) != nullptr);
  machine.resume(event::Stored{0, page(url, 0s)}, now);
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == SourceState::fresh);
  CHECK(answer->usage.pages_fetched == 1);
}

TEST_CASE("a page past its lifetime is asked for with its validators, and a 304 confirms it") {
  AnswerMachine machine = machine_for(question_about({url}));
  const Actions found = look_up(machine, page(url, 2h));
  REQUIRE(find<action::Fetch>(found) != nullptr);
  CHECK(find<action::Fetch>(found)->request.etag == "\"v1\"");
  CHECK(find<action::Fetch>(found)->request.last_modified == "Sun, 01 Mar 2026 10:00:00 GMT");
  const Actions confirmed = machine.resume(event::Fetched{0, not_modified(url)}, now);
  CHECK(count<action::Keep>(confirmed) == 1);
  machine.resume(event::Stored{0, page(url, 0s)}, now);
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  CHECK(only_source(complete(machine)).state == SourceState::revalidated);
}

TEST_CASE("a 304 about another copy than the stored one does not make it revalidated") {
  const auto answered = [](std::chrono::seconds stored_age) {
    AnswerMachine machine = machine_for(question_about({url}));
    look_up(machine, page(url, 2h));
    fetcher::FetchReply reply = not_modified(url);
    reply.page->requested_at = now - 10s;
    machine.resume(event::Fetched{0, reply}, now);
    const cache::StoredPage stored = page(url, stored_age);
    machine.resume(event::Stored{0, stored}, now);
    machine.resume(event::Searched{{{passage(stored)}}}, now);
    return complete(machine);
  };
  CHECK(only_source(answered(5s)).state == SourceState::fresh);
  const auto stale = answered(2h);
  CHECK(only_source(stale).state == SourceState::stale);
  CHECK(codes(*stale) == std::vector<std::string>{"confirmed_another_copy"});
}

TEST_CASE("the caller's max_age decides instead of the lifetime") {
  Question strict = question_about({url});
  strict.max_age = 0s;
  AnswerMachine machine = machine_for(strict);
  CHECK(count<action::Fetch>(look_up(machine, page(url, 0s))) == 1);

  Question lenient = question_about({url});
  lenient.max_age = 24h;
  AnswerMachine other = machine_for(lenient);
  CHECK(count<action::Fetch>(look_up(other, page(url, 2h))) == 0);
}

TEST_CASE(
    "RFC 9111 §5.2.2.4: a page with no-cache is revalidated, whatever age the caller accepts") {
  cache::StoredPage stored = page(url, 1min);
  stored.always_revalidate = true;
  AnswerMachine machine = machine_for(question_about({url}));
  CHECK(count<action::Fetch>(look_up(machine, stored)) == 1);

  Question lenient = question_about({url});
  lenient.max_age = 24h;
  AnswerMachine other = machine_for(lenient);
  CHECK(count<action::Fetch>(look_up(other, stored)) == 1);
}

TEST_CASE("an offline question fetches nothing and says so of its sources") {
  Question offline = question_about({url, "https://docs.example.org/absent"});
  offline.reach = Reach::cache_only;
  offline.max_age = 1h;
  AnswerMachine machine = machine_for(offline);
  machine.resume(event::Started{}, now);
  CHECK(count<action::Fetch>(machine.resume(event::Found{0, {page(url, 2h)}}, now)) == 0);
  const Actions found = machine.resume(event::Found{1, nothing()}, now);
  CHECK(count<action::Fetch>(found) == 0);
  machine.resume(event::Searched{{{passage(page(url, 2h))}}}, now);
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == SourceState::offline);
  CHECK(codes(*answer) == Codes{"older_than_max_age", "not_in_cache"});
}

TEST_CASE("a refused page leaves a notice, and an answer that says so first") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  const Actions refused_page = machine.resume(
      event::Fetched{0, refused(policy::EgressReason::address_denied, "10.0.0.1 is private")}, now);
  REQUIRE(find<action::Emit>(refused_page) != nullptr);
  CHECK(find<action::Emit>(refused_page)->delta.content.contains(url));
  REQUIRE(find<action::Generate>(refused_page) != nullptr);
  const auto answer = complete(machine, "It is 80.");
  REQUIRE(answer);
  CHECK(answer->content.starts_with("I could not read " + url +
                                    ": 10.0.0.1 is private (address_denied)."));
  CHECK(answer->content.ends_with("It is 80."));
  CHECK(answer->sources.empty());
  CHECK(answer->citations.empty());
  REQUIRE(codes(*answer) == Codes{"address_denied", "model_alone"});
  CHECK(answer->notices[0] == Notice{"address_denied", url, "10.0.0.1 is private"});
}

TEST_CASE("a stored copy serves when its page cannot be read again") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 2h));
  machine.resume(
      event::Fetched{0, refused(policy::EgressReason::http_error, "the server said 404")}, now);
  machine.resume(event::Searched{{{passage(page(url, 2h))}}}, now);
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == SourceState::stale);
  CHECK(codes(*answer) == Codes{"http_error"});
  CHECK(answer->notices[0].message.contains("the stored copy of 2026-03-01T10:00:00Z is used"));
  CHECK(answer->citations.size() == 1);
}

TEST_CASE("RFC 9111 §5.2.2.2: a copy that must be revalidated is not used when it cannot be") {
  AnswerMachine machine = machine_for(question_about({url}));
  cache::StoredPage stored = page(url, 2h);
  stored.headers.cache_control = "max-age=60, must-revalidate";
  look_up(machine, stored);
  machine.resume(event::Fetched{0, refused(policy::EgressReason::timeout, "too slow")}, now);
  const auto answer = complete(machine);
  REQUIRE(answer);
  CHECK(answer->sources.empty());
  CHECK(codes(*answer) == Codes{"timeout", "must_revalidate", "model_alone"});
}

TEST_CASE("a copy that must be revalidated serves the caller who asks for no fetch, and is told") {
  Question offline = question_about({url});
  offline.reach = Reach::cache_only;
  AnswerMachine machine = machine_for(offline);
  cache::StoredPage stored = page(url, 2h);
  stored.headers.cache_control = "max-age=60, must-revalidate";
  look_up(machine, stored);
  machine.resume(event::Searched{{{passage(stored)}}}, now);
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == SourceState::offline);
  CHECK(codes(*answer) == Codes{"must_revalidate"});
}

TEST_CASE("a copy that was confirmed for this answer serves it, however soon it is stale again") {
  AnswerMachine machine = machine_for(question_about({url}));
  cache::StoredPage stored = page(url, 2h);
  stored.headers.cache_control = "max-age=0, must-revalidate";
  look_up(machine, stored);
  machine.resume(event::Fetched{0, not_modified(url)}, now);
  stored.retrieved_at = stored.fresh_until = now;
  machine.resume(event::Stored{0, stored}, now);
  machine.resume(event::Searched{{{passage(stored)}}}, now);
  CHECK(only_source(complete(machine)).state == SourceState::revalidated);
}

TEST_CASE("where no page is named, a passage that must be confirmed and could not be is left out") {
  AnswerMachine machine = machine_for(question_about({}));
  machine.resume(event::Started{}, now);
  cache::StoredPage stored = page(url, 2h);
  stored.headers.cache_control = "max-age=60, must-revalidate";
  const Actions surveyed = machine.resume(event::Searched{{{passage(stored)}}}, now);
  REQUIRE(find<action::LookUp>(surveyed) != nullptr);
  CHECK(count<action::Fetch>(machine.resume(event::Found{0, {stored}}, now)) == 1);
  machine.resume(event::Fetched{0, refused(policy::EgressReason::timeout, "too slow")}, now);
  machine.resume(event::Searched{{{passage(stored)}}}, now);
  const auto answer = complete(machine);
  REQUIRE(answer);
  CHECK(answer->sources.empty());
  CHECK(codes(*answer) == Codes{"timeout", "must_revalidate", "model_alone"});
}

TEST_CASE("without a fetcher the answer says so") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  machine.resume(event::Fetched{0, fail(ErrorCode::unavailable, "no fetcher listens")}, now);
  const auto answer = complete(machine, "I do not know.");
  REQUIRE(answer);
  CHECK(codes(*answer) == Codes{"fetcher_unavailable", "model_alone"});
  CHECK(answer->content.starts_with("I could not read"));
}

TEST_CASE("what has not arrived at the deadline is not waited for") {
  const std::string slow = "https://slow.example.org/";
  AnswerMachine machine = machine_for(question_about({url, slow}));
  machine.resume(event::Started{}, now);
  machine.resume(event::Found{0, {page(url, 2h)}}, now);
  machine.resume(event::Found{1, nothing()}, now);
  const Actions late = machine.resume(event::ReadingDeadline{}, now);
  CHECK(count<action::StopFetches>(late) == 1);
  CHECK(count<action::Search>(late) == 1);
  // The cancelled fetches come back; nobody asks for them any more.
  CHECK(machine.resume(event::Fetched{1, fetched(slow)}, now).empty());
  machine.resume(event::Searched{{{passage(page(url, 2h))}}}, now);
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == SourceState::stale);
  CHECK(codes(*answer) == Codes{"fetch_deadline", "fetch_deadline"});
}

TEST_CASE("a page that arrives before the deadline is stored after it") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  machine.resume(event::Fetched{0, fetched(url)}, now);
  CHECK(count<action::Generate>(machine.resume(event::ReadingDeadline{}, now)) == 0);
  CHECK(count<action::Search>(machine.resume(event::Stored{0, page(url, 0s)}, now)) == 1);
}

TEST_CASE("a page that must not be stored serves its answer and is not cited by itself") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  const Actions arrived = machine.resume(event::Fetched{0, fetched(url, fact, "no-store")}, now);
  CHECK(count<action::Keep>(arrived) == 0);
  REQUIRE(find<action::Generate>(arrived) != nullptr);
  CHECK(find<action::Generate>(arrived)->request.messages.back().content.contains(fact));
  machine.resume(event::Tokens{{fact, ""}}, now);
  const Actions written = machine.resume(event::Generated{model::Generation{}}, now);
  REQUIRE(find<action::Check>(written) != nullptr);
  CHECK(find<action::Check>(written)->passages[0].version == 0);
  const Actions checked = machine.resume(event::Checked{{false}}, now);
  const auto& answer = find<action::Finish>(checked)->answer;
  REQUIRE(answer);
  CHECK(answer->citations.empty());
  CHECK(answer->citations_dropped == 1);
  CHECK(codes(*answer) == Codes{"not_stored"});
}

TEST_CASE("a cache that cannot write does not lose the page for the answer") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  machine.resume(event::Fetched{0, fetched(url)}, now);
  const Actions kept = machine.resume(event::Stored{0, fail(ErrorCode::io, "no space left")}, now);
  REQUIRE(find<action::Generate>(kept) != nullptr);
  CHECK(find<action::Generate>(kept)->request.messages.back().content.contains(fact));
  CHECK(codes(*complete(machine)) == Codes{"store_failed"});
}

TEST_CASE("a reply that is about another page is not believed") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  const Actions lied = machine.resume(event::Fetched{0, fetched("https://bank.example.org/")}, now);
  CHECK(count<action::Keep>(lied) == 0);
  CHECK(codes(*complete(machine, "No.")) == Codes{"reply_invalid", "model_alone"});
}

TEST_CASE("a redirect to a host that the caller leaves out is not read") {
  const std::string elsewhere = "https://evil.example.com/kestrel";
  Question asked = question_about({url});
  asked.hosts_denied = {".evil.example.com"};
  AnswerMachine machine = machine_for(asked);
  look_up(machine, nothing());
  fetcher::FetchReply redirected = fetched(url);
  redirected.page->final_url = elsewhere;
  const Actions arrived = machine.resume(event::Fetched{0, redirected}, now);
  CHECK(count<action::Keep>(arrived) == 0);
  CHECK(codes(*complete(machine, "No.")) == Codes{"domain_filtered", "model_alone"});

  cache::StoredPage stored = page(url, 0s);
  stored.final_url = elsewhere;
  AnswerMachine again = machine_for(asked);
  CHECK(count<action::Fetch>(look_up(again, stored)) == 1);
  Question offline = asked;
  offline.reach = Reach::cache_only;
  AnswerMachine cached = machine_for(offline);
  CHECK(count<action::Search>(look_up(cached, stored)) == 0);
  CHECK(codes(*complete(cached, "No.")) == Codes{"domain_filtered", "model_alone"});
}

TEST_CASE("a page without the question's words stands in the prompt all the same") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s));
  const Actions searched = machine.resume(event::Searched{std::vector<Passage>{}}, now);
  REQUIRE(find<action::Generate>(searched) != nullptr);
  CHECK(find<action::Generate>(searched)->request.messages.back().content.contains(fact));
}

}  // namespace
}  // namespace seekd::daemon
