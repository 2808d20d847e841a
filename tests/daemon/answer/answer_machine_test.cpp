#include "daemon/answer/answer_machine.h"

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;
using policy::SourceState;
using Codes = std::vector<std::string>;

AnswerMachine machine_for(Question question) {
  return AnswerMachine(std::move(question), settings(), word_model());
}

std::optional<cache::StoredPage> nothing() {
  return std::nullopt;
}

// A question about `url`, started and answered by the cache's lookup.
Actions look_up(AnswerMachine& machine, std::optional<cache::StoredPage> stored) {
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(count<action::LookUp>(started) == 1);
  REQUIRE(find<action::LookUp>(started)->url == url);
  return machine.resume(event::Found{0, std::move(stored)}, now);
}

const Source& only_source(const Result<Answer>& answer) {
  REQUIRE(answer);
  REQUIRE(answer->sources.size() == 1);
  return answer->sources[0];
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
  CHECK(count<action::ArmFetchDeadline>(found) == 1);
  const Actions stored = machine.resume(event::Fetched{0, fetched(url)}, now);
  REQUIRE(find<action::Store>(stored) != nullptr);
  CHECK(find<action::Store>(stored)->fetched.url == url);
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
  CHECK(count<action::Touch>(confirmed) == 1);
  CHECK(count<action::Store>(confirmed) == 0);
  machine.resume(event::Stored{0, page(url, 0s)}, now);
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  CHECK(only_source(complete(machine)).state == SourceState::revalidated);
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

TEST_CASE("a page that wants to be revalidated always is, unless the caller accepts its age") {
  cache::StoredPage stored = page(url, 1min);
  stored.always_revalidate = true;
  AnswerMachine machine = machine_for(question_about({url}));
  CHECK(count<action::Fetch>(look_up(machine, stored)) == 1);
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
  CHECK(answer->notices == std::vector<Notice>{{"address_denied", url, "10.0.0.1 is private"}});
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

TEST_CASE("without a fetcher the answer says so") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  machine.resume(event::Fetched{0, fail(ErrorCode::unavailable, "no fetcher listens")}, now);
  const auto answer = complete(machine, "I do not know.");
  REQUIRE(answer);
  CHECK(codes(*answer) == Codes{"fetcher_unavailable"});
  CHECK(answer->content.starts_with("I could not read"));
}

TEST_CASE("what has not arrived at the deadline is not waited for") {
  const std::string slow = "https://slow.example.org/";
  AnswerMachine machine = machine_for(question_about({url, slow}));
  machine.resume(event::Started{}, now);
  machine.resume(event::Found{0, {page(url, 2h)}}, now);
  machine.resume(event::Found{1, nothing()}, now);
  const Actions late = machine.resume(event::FetchDeadline{}, now);
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
  CHECK(count<action::Generate>(machine.resume(event::FetchDeadline{}, now)) == 0);
  CHECK(count<action::Search>(machine.resume(event::Stored{0, page(url, 0s)}, now)) == 1);
}

TEST_CASE("a page that must not be stored serves its answer and is not cited by itself") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  const Actions arrived = machine.resume(event::Fetched{0, fetched(url, fact, "no-store")}, now);
  CHECK(count<action::Store>(arrived) == 0);
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
  CHECK(count<action::Store>(lied) == 0);
  CHECK(codes(*complete(machine, "No.")) == Codes{"reply_invalid"});
}

TEST_CASE("a page without the question's words stands in the prompt all the same") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s));
  const Actions searched = machine.resume(event::Searched{std::vector<Passage>{}}, now);
  REQUIRE(find<action::Generate>(searched) != nullptr);
  CHECK(find<action::Generate>(searched)->request.messages.back().content.contains(fact));
}

TEST_CASE("a URL is read once however often it is named, and no more than fetches_max are") {
  std::vector<std::string> urls;
  for (int n = 0; n < 9; ++n) urls.push_back("https://docs.example.org/" + std::to_string(n));
  Question asked =
      question("See https://docs.example.org/0 and HTTPS://DOCS.example.org:443/1 please");
  asked.urls = urls;
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  CHECK(count<action::LookUp>(started) == config::AnswerConfig{}.fetches_max);
}

TEST_CASE("a page outside the caller's domains is not read") {
  Question asked = question_about({url});
  asked.hosts = {".example.com"};
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  CHECK(count<action::LookUp>(started) == 0);
  CHECK(codes(*complete(machine, "No.")) == Codes{"domain_filtered"});
}

TEST_CASE("without search the model alone answers, and no notice is due") {
  Question asked = question("What does https://docs.example.org/ say?");
  asked.retrieval = Retrieval::disabled;
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  CHECK(started.size() == 1);
  REQUIRE(find<action::Generate>(started) != nullptr);
  CHECK(find<action::Generate>(started)->request.messages.back().content == asked.text());
  const auto answer = complete(machine, "Nothing.");
  CHECK(answer->notices.empty());
  CHECK(answer->content == "Nothing.");
}

TEST_CASE("a question that names no page is answered from what the cache knows") {
  AnswerMachine machine = machine_for(question());
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::Search>(started) != nullptr);
  CHECK(find<action::Search>(started)->query.urls.empty());
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 1min))}}}, now);
  CHECK(count<action::Generate>(searched) == 1);
  CHECK(only_source(complete(machine)).state == SourceState::fresh);
}

TEST_CASE("old pages that a question needs are revalidated") {
  AnswerMachine machine = machine_for(question());
  machine.resume(event::Started{}, now);
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 2h))}}}, now);
  CHECK(count<action::Generate>(searched) == 0);
  REQUIRE(count<action::LookUp>(searched) == 1);
  CHECK(count<action::Fetch>(machine.resume(event::Found{0, {page(url, 2h)}}, now)) == 1);
  machine.resume(event::Fetched{0, not_modified(url)}, now);
  const Actions stored = machine.resume(event::Stored{0, page(url, 0s)}, now);
  REQUIRE(find<action::Search>(stored) != nullptr);
  CHECK(find<action::Search>(stored)->query.urls == std::vector<std::string>{url});
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  CHECK(only_source(complete(machine)).state == SourceState::revalidated);
}

TEST_CASE("old pages serve an offline question as they are") {
  Question offline = question();
  offline.reach = Reach::cache_only;
  AnswerMachine machine = machine_for(offline);
  machine.resume(event::Started{}, now);
  CHECK(count<action::Generate>(machine.resume(event::Searched{{{passage(page(url, 2h))}}}, now)) ==
        1);
  CHECK(only_source(complete(machine)).state == SourceState::offline);
}

TEST_CASE(
    "a question that needs fresh knowledge and finds none is answered with that sentence first") {
  AnswerMachine machine = machine_for(question("What is the latest version of Kestrel today?"));
  machine.resume(event::Started{}, now);
  machine.resume(event::Searched{std::vector<Passage>{}}, now);
  const auto answer = complete(machine, "4.2.");
  CHECK(codes(*answer) == Codes{"no_source"});
  CHECK(answer->content.starts_with("I found nothing to read"));
}

TEST_CASE("a search that fails is a notice, not the end") {
  AnswerMachine machine = machine_for(question("What is two plus two?"));
  machine.resume(event::Started{}, now);
  machine.resume(event::Searched{fail(ErrorCode::corrupt, "damaged")}, now);
  CHECK(codes(*complete(machine, "4"))[0] == "search_failed");
}

TEST_CASE(
    "a conversation longer than the context is refused with both numbers before anything is "
    "fetched") {
  std::string words;
  for (int n = 0; n < 2000; ++n) words += "word ";
  AnswerMachine machine = machine_for(question(words));
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(started.size() == 1);
  const auto& answer = find<action::Finish>(started)->answer;
  REQUIRE(!answer);
  CHECK(answer.error().code == ErrorCode::too_large);
  CHECK(std::ranges::count_if(answer.error().message, [](char c) { return c == '0'; }) >= 6);
  CHECK(machine.done());
}

TEST_CASE("passages leave room for the answer") {
  std::string words;
  for (int n = 0; n < 1500; ++n) words += "word ";
  Question asked = question_about({url});
  asked.messages.insert(asked.messages.begin(), {model::Role::user, words});
  AnswerMachine machine = machine_for(asked);
  look_up(machine, page(url, 0s));
  std::vector<Passage> large(6, passage(page(url, 0s)));
  for (std::size_t n = 0; n < large.size(); ++n) {
    for (int m = 0; m < 100; ++m) large[n].text += " port" + std::to_string(n * 100 + m);
    large[n].byte_begin = n * 10'000;
    large[n].byte_end = large[n].byte_begin + large[n].text.size();
  }
  const Actions searched = machine.resume(event::Searched{large}, now);
  const auto* generate = find<action::Generate>(searched);
  REQUIRE(generate != nullptr);
  CHECK(*word_model().count_prompt_tokens(generate->request.messages) + 64 <= 2000);
  CHECK(generate->request.messages.back().content.contains(fact));
}

TEST_CASE("a caller that goes ends everything at once") {
  AnswerMachine fetching = machine_for(question_about({url}));
  look_up(fetching, nothing());
  const Actions stopped = fetching.resume(event::Cancelled{}, now);
  CHECK(count<action::StopFetches>(stopped) == 1);
  REQUIRE(find<action::Finish>(stopped) != nullptr);
  CHECK(find<action::Finish>(stopped)->answer.error().code == ErrorCode::cancelled);
  CHECK(fetching.resume(event::Fetched{0, fetched(url)}, now).empty());

  Question alone = question();
  alone.retrieval = Retrieval::disabled;
  AnswerMachine generating = machine_for(alone);
  generating.resume(event::Started{}, now);
  const Actions taken_back = generating.resume(event::Cancelled{}, now);
  CHECK(count<action::StopGenerating>(taken_back) == 1);
  CHECK(count<action::Finish>(taken_back) == 1);
}

TEST_CASE("an answer that is over its time ends with what is written") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s));
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  machine.resume(event::Tokens{{fact, ""}}, now);
  CHECK(count<action::StopGenerating>(machine.resume(event::AnswerDeadline{}, now)) == 1);
  const Actions cut = machine.resume(event::Generated{fail(ErrorCode::cancelled, "")}, now);
  REQUIRE(find<action::Check>(cut) != nullptr);
  const Actions checked = machine.resume(event::Checked{{true}}, now);
  const auto& answer = find<action::Finish>(checked)->answer;
  REQUIRE(answer);
  CHECK(answer->finish == model::FinishReason::length);
  CHECK(codes(*answer) == Codes{"deadline"});
  CHECK(answer->citations.size() == 1);
}

TEST_CASE("an answer of which nothing is written in time is a timeout") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  const Actions late = machine.resume(event::AnswerDeadline{}, now);
  CHECK(count<action::StopFetches>(late) == 1);
  CHECK(find<action::Finish>(late)->answer.error().code == ErrorCode::timeout);
}

TEST_CASE("a citation that fails its check is dropped and counted") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s));
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  machine.resume(event::Tokens{{fact + " [9]", ""}}, now);
  machine.resume(event::Generated{model::Generation{}}, now);
  const Actions checked = machine.resume(event::Checked{{false}}, now);
  const auto& answer = find<action::Finish>(checked)->answer;
  REQUIRE(answer);
  CHECK(answer->citations.empty());
  CHECK(answer->citations_dropped == 2);
}

TEST_CASE("a citation's range counts code points, our own first sentence included") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s, "🦅 红隼的默认端口是 7311。"));
  machine.resume(event::Searched{std::vector<Passage>{}}, now);
  const auto answer = complete(machine, "😀😀。红隼的默认端口是 7311。");
  REQUIRE(answer);
  REQUIRE(answer->citations.size() == 1);
  CHECK(answer->citations[0].start_index == 3);
  CHECK(answer->citations[0].end_index == 17);
}

}  // namespace
}  // namespace seekd::daemon
