// What a question's own words ask of its sources: pages as they were then, the word of one site.

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;

constexpr TimePoint end_of_february_20 =
    std::chrono::sys_days(std::chrono::year(2026) / 2 / 20) + 24h - 1s;

AnswerMachine searching_machine(Question question) {
  AnswerMachine::Settings searching = settings();
  searching.web_queries_max = 1;
  return AnswerMachine(std::move(question), std::move(searching), word_model());
}

Actions survey(AnswerMachine& machine, std::vector<Passage> passages = {}) {
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::Search>(started) != nullptr);
  return machine.resume(event::Searched{std::move(passages)}, now);
}

TEST_CASE("what a page said on a day is read out of the version of that day") {
  auto machine = machine_for(question("What did " + url + " say about the port on 20 February?"));
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::LookUp>(started) != nullptr);
  CHECK(find<action::LookUp>(started)->as_of == end_of_february_20);
  const Actions found = machine.resume(event::Found{0, {page(url, 240h)}}, now);
  CHECK(count<action::Fetch>(found) == 0);
  machine.resume(event::Searched{std::vector<Passage>{}}, now);
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == policy::SourceState::offline);
  CHECK(codes(*answer) == std::vector<std::string>{"read_as_of"});
  CHECK(answer->notices[0].message.contains("2026-02-20"));
}

TEST_CASE("where nothing is kept of that day, today's page does not stand for it") {
  auto machine = machine_for(question("What did " + url + " say on 20 February?"));
  machine.resume(event::Started{}, now);
  const Actions found = machine.resume(event::Found{0, nothing()}, now);
  CHECK(count<action::Fetch>(found) == 0);
  CHECK(count<action::Generate>(found) == 1);
  const auto answer = complete(machine, "I do not know.");
  REQUIRE(answer);
  CHECK(answer->content.contains("no_version_then"));
  CHECK(codes(*answer) == std::vector<std::string>{"no_version_then", "read_as_of", "model_alone"});
}

TEST_CASE("the caller's own terms win over the question's words") {
  Question asked = question("What did " + url + " say on 20 February?");
  asked.as_of = now - 48h;
  auto dated = machine_for(asked);
  CHECK(find<action::LookUp>(dated.resume(event::Started{}, now))->as_of == now - 48h);
  asked.as_of = std::nullopt;
  asked.max_age = 0s;
  auto fresh = machine_for(asked);
  CHECK(find<action::LookUp>(fresh.resume(event::Started{}, now))->as_of == std::nullopt);
}

TEST_CASE("a site whose word is wanted leaves the others out, in the cache and on the web") {
  auto machine = searching_machine(question("According to www.kestrel.example.org, which port?"));
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::Search>(started) != nullptr);
  const std::vector<std::string> hosts{".kestrel.example.org"};
  CHECK(find<action::Search>(started)->query.hosts == hosts);
  const Actions searched = machine.resume(event::Searched{std::vector<Passage>{}}, now);
  REQUIRE(find<action::SearchWeb>(searched) != nullptr);
  CHECK(find<action::SearchWeb>(searched)->queries[0].hosts == hosts);
  WebFindings found;
  found.results.resize(2);
  found.results[0].url = "https://other.example.org/";
  found.results[1].url = "https://docs.kestrel.example.org/ports";
  const Actions round = machine.resume(event::WebSearched{found}, now);
  REQUIRE(count<action::LookUp>(round) == 1);
  CHECK(find<action::LookUp>(round)->url == found.results[1].url);
}

TEST_CASE("where no search has a page of it, the site's front page is read, and its links") {
  auto machine = machine_for(question("What does kestrel.example.org say about the default port?"));
  const Actions searched = survey(machine);
  REQUIRE(find<action::LookUp>(searched) != nullptr);
  const std::string front = "https://kestrel.example.org/";
  CHECK(find<action::LookUp>(searched)->url == front);
  const Actions fetches = machine.resume(event::Found{0, nothing()}, now);
  REQUIRE(find<action::Fetch>(fetches) != nullptr);
  CHECK(find<action::Fetch>(fetches)->request.provenance == policy::Provenance::user);
  machine.resume(event::Fetched{0, fetched(front, "Welcome.")}, now);
  cache::StoredPage stored = page(front, 0s, "Welcome.");
  stored.links = {{"https://kestrel.example.org/ports", "Kestrel: the default port"},
                  {"https://other.example.org/ports", "Kestrel: the default port"}};
  const Actions next = machine.resume(event::Stored{0, {stored}}, now);
  REQUIRE(count<action::LookUp>(next) == 1);
  CHECK(find<action::LookUp>(next)->url == "https://kestrel.example.org/ports");
}

TEST_CASE("a site that the caller leaves out, or may not have, is not read") {
  Question asked = question("According to kestrel.example.org, which port is it?");
  asked.hosts = {"docs.example.org"};
  auto narrowed = searching_machine(asked);
  Actions started = narrowed.resume(event::Started{}, now);
  CHECK(count<action::Search>(started) == 0);
  CHECK(count<action::Generate>(started) == 1);
  const auto answer = complete(narrowed, "Kestrel is a bird.");
  REQUIRE(answer);
  CHECK(codes(*answer) == std::vector<std::string>{"domain_filtered", "model_alone"});
  asked.hosts = {"docs.kestrel.example.org"};
  auto within = searching_machine(asked);
  started = within.resume(event::Started{}, now);
  REQUIRE(find<action::Search>(started) != nullptr);
  CHECK(find<action::Search>(started)->query.hosts == asked.hosts);
  asked.hosts.clear();
  asked.hosts_denied = {".example.org"};
  auto denied = searching_machine(asked);
  CHECK(count<action::Generate>(denied.resume(event::Started{}, now)) == 1);
}

TEST_CASE("offline, a site whose word is wanted is not asked") {
  Question asked = question("According to kestrel.example.org, which port is it?");
  asked.reach = Reach::cache_only;
  auto machine = machine_for(asked);
  CHECK(count<action::Generate>(survey(machine)) == 1);
}

}  // namespace
}  // namespace seekd::daemon
