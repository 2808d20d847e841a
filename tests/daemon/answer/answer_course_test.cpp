// The course of a question: what is read, what stands in the prompt, how it ends.

#include <catch2/catch.hpp>

#include "daemon/answer/answer_machine.h"
#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;
using policy::SourceState;
using Codes = std::vector<std::string>;

TEST_CASE("a URL is read once however often it is named, and no more than fetches_max are") {
  std::vector<std::string> urls;
  for (int n = 0; n < 9; ++n) urls.push_back("https://docs.example.org/" + std::to_string(n));
  Question asked =
      question("See https://docs.example.org/0 and HTTPS://DOCS.example.org:443/1 please");
  asked.urls = urls;
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  CHECK(count<action::LookUp>(started) == question().budget.fetches);
}

TEST_CASE("a page outside the caller's domains is not read") {
  Question asked = question_about({url});
  asked.hosts = {".example.com"};
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  CHECK(count<action::LookUp>(started) == 0);
  CHECK(codes(*complete(machine, "No.")) == Codes{"domain_filtered", "model_alone"});
}

TEST_CASE("without search the model alone answers, and the notice says so") {
  Question asked = question("What does https://docs.example.org/ say?");
  asked.retrieval = Retrieval::disabled;
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  CHECK(started.size() == 1 + count<action::Note>(started));
  REQUIRE(find<action::Generate>(started) != nullptr);
  CHECK(find<action::Generate>(started)->request.messages.back().content == asked.text());
  const auto answer = complete(machine, "Nothing.");
  CHECK(codes(*answer) == Codes{"model_alone"});
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

// A page of its own text, so that no passage is left out as a duplicate.
cache::StoredPage other_page(int number, std::chrono::seconds age) {
  return page("https://other.example.org/" + std::to_string(number), age,
              "Kestrel uses by default port " + std::to_string(number) + ".");
}

TEST_CASE("a source older than max_age is not used unasked beside young ones") {
  Question asked = question();
  asked.max_age = 1h;
  AnswerMachine machine = machine_for(asked);
  machine.resume(event::Started{}, now);
  const Actions searched = machine.resume(
      event::Searched{{{passage(page(url, 1min)), passage(other_page(1, 2h), 2.0)}}}, now);
  REQUIRE(find<action::Generate>(searched) != nullptr);
  CHECK(!find<action::Generate>(searched)->request.messages.back().content.contains("port 1."));
  CHECK(only_source(complete(machine)).url == url);
}

TEST_CASE("old pages are asked again until one that answers is confirmed; no other is used") {
  AnswerMachine machine = machine_for(question());
  machine.resume(event::Started{}, now);
  std::vector<Passage> old;
  for (int n = 0; n < 12; ++n) old.push_back(passage(other_page(n, 2h)));
  const Actions searched = machine.resume(event::Searched{old}, now);
  REQUIRE(count<action::LookUp>(searched) == 4);
  for (int n = 0; n < 4; ++n) {
    machine.resume(event::Found{static_cast<std::size_t>(n), {other_page(n, 2h)}}, now);
  }
  const cache::StoredPage confirmed = other_page(2, 0s);
  machine.resume(event::Fetched{2, not_modified(confirmed.url)}, now);
  const Actions settled = machine.resume(event::Stored{2, confirmed}, now);
  CHECK(count<action::StopFetches>(settled) == 1);
  REQUIRE(find<action::Search>(settled) != nullptr);
  CHECK(find<action::Search>(settled)->query.urls == std::vector<std::string>{confirmed.url});
}

TEST_CASE("max_age 0 asks even for what was confirmed in this second") {
  Question asked = question();
  asked.max_age = 0s;
  AnswerMachine machine = machine_for(asked);
  machine.resume(event::Started{}, now);
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  CHECK(count<action::Generate>(searched) == 0);
  REQUIRE(count<action::LookUp>(searched) == 1);
  CHECK(count<action::Fetch>(machine.resume(event::Found{0, {page(url, 0s)}}, now)) == 1);
}

TEST_CASE("RFC 9111 §5.2.2.4: a page found by search that wants to be revalidated always is") {
  Passage found = passage(page(url, 1min));
  found.fresh_until = found.retrieved_at;
  found.stale_forbidden = true;
  AnswerMachine machine = machine_for(question());
  machine.resume(event::Started{}, now);
  const Actions searched = machine.resume(event::Searched{{{found}}}, now);
  CHECK(count<action::Generate>(searched) == 0);
  CHECK(count<action::LookUp>(searched) == 1);
}

TEST_CASE("an offline question that names no page is told of sources older than its max_age") {
  Question offline = question();
  offline.reach = Reach::cache_only;
  offline.max_age = 1h;
  AnswerMachine machine = machine_for(offline);
  machine.resume(event::Started{}, now);
  machine.resume(event::Searched{{{passage(page(url, 2h)), passage(other_page(1, 1min))}}}, now);
  const auto answer = complete(machine);
  REQUIRE(answer);
  CHECK(answer->sources.size() == 2);
  REQUIRE(codes(*answer) == Codes{"older_than_max_age"});
  CHECK(answer->notices[0].url == url);
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
  CHECK(codes(*answer) == Codes{"no_source", "model_alone"});
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
  CHECK(*word_model().count_prompt_tokens(generate->request.messages, {}) + 64 <= 2000);
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
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  REQUIRE(find<action::Generate>(searched) != nullptr);
  const auto prompt = find<action::Generate>(searched)->request.messages;
  machine.resume(event::Tokens{{fact, ""}}, now);
  CHECK(count<action::StopGenerating>(machine.resume(event::AnswerDeadline{}, now)) == 1);
  const Actions cut = machine.resume(event::Generated{fail(ErrorCode::cancelled, "")}, now);
  REQUIRE(find<action::Check>(cut) != nullptr);
  const Actions checked = machine.resume(event::Checked{{true}}, now);
  const auto& answer = find<action::Finish>(checked)->answer;
  REQUIRE(answer);
  CHECK(answer->finish == model::FinishReason::length);
  CHECK(answer->usage.prompt_tokens == *word_model().count_prompt_tokens(prompt, {}));
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

TEST_CASE("below an answer that no passage supports the page is quoted, and the quotation cited") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s));
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  machine.resume(event::Tokens{{"It is 8080.", ""}}, now);
  const Actions generated = machine.resume(event::Generated{model::Generation{}}, now);
  REQUIRE(find<action::Emit>(generated) != nullptr);
  const std::string quoted = "\n\nThe page says: “" + fact + "”";
  CHECK(find<action::Emit>(generated)->delta.content == quoted);
  const Actions checked = machine.resume(event::Checked{{true}}, now);
  const auto& answer = find<action::Finish>(checked)->answer;
  REQUIRE(answer);
  CHECK(answer->content == "It is 8080." + quoted);
  REQUIRE(answer->citations.size() == 1);
  const Citation& citation = answer->citations[0];
  CHECK(citation.end_index - citation.start_index == fact.size());
  CHECK(citation.end_index == count_code_points(answer->content) - 1);
  CHECK(citation.byte_begin == 0);
  CHECK(citation.byte_end == fact.size());
}

TEST_CASE("a heading is not quoted") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s, "Kestrel: use of the default port"));
  machine.resume(event::Searched{std::vector<Passage>{}}, now);
  const auto answer = complete(machine, "It is 8080.");
  REQUIRE(answer);
  CHECK(answer->content.starts_with("It is 8080.\n\n(No page that was read"));
}

TEST_CASE("a page that does not speak of the question is not quoted") {
  Question asked = question("Who painted the ceiling of the chapel?");
  asked.urls = {url};
  AnswerMachine machine = machine_for(asked);
  look_up(machine, page(url, 0s));
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  const auto answer = complete(machine, "Nobody knows.");
  REQUIRE(answer);
  CHECK(answer->content.starts_with("Nobody knows.\n\n(No page that was read"));
  CHECK(answer->citations.empty());
}

TEST_CASE("where sources are required nothing is written without a page, and the reason is told") {
  Question asked = question_about({url});
  asked.grounding = Grounding::required;
  AnswerMachine machine = machine_for(asked);
  look_up(machine, nothing());
  const Actions actions = machine.resume(
      event::Fetched{0, refused(policy::EgressReason::address_denied, "10.0.0.1 is private")}, now);
  CHECK(count<action::Generate>(actions) + count<action::Emit>(actions) == 0);
  const auto* finish = find<action::Finish>(actions);
  REQUIRE(finish != nullptr);
  REQUIRE_FALSE(finish->answer);
  CHECK(finish->answer.error().code == ErrorCode::not_found);
  CHECK(finish->answer.error().message.contains("address_denied: " + url));
  CHECK(machine.done());
}

TEST_CASE("where sources are required text is sent when it is checked, and only then") {
  for (const bool holds : {true, false}) {
    Question asked = question_about({url});
    asked.grounding = Grounding::required;
    AnswerMachine machine = machine_for(asked);
    look_up(machine, page(url, 0s));
    machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
    CHECK(machine.resume(event::Tokens{{fact, "thoughts"}}, now).empty());
    CHECK(count<action::Emit>(machine.resume(event::Generated{model::Generation{}}, now)) == 0);
    const Actions checked = machine.resume(event::Checked{{holds}}, now);
    const auto* finish = find<action::Finish>(checked);
    REQUIRE(finish != nullptr);
    CHECK(finish->answer.has_value() == holds);
    CHECK(count<action::Emit>(checked) == (holds ? 1 : 0));
    if (!holds) continue;
    CHECK(find<action::Emit>(checked)->delta.content == fact);
    CHECK(find<action::Emit>(checked)->delta.reasoning == "thoughts");
  }
}

TEST_CASE("what only a page that must not be stored supports is not said to be the model's alone") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, nothing());
  machine.resume(event::Fetched{0, fetched(url, fact, "no-store")}, now);
  machine.resume(event::Tokens{{fact, ""}}, now);
  machine.resume(event::Generated{model::Generation{}}, now);
  const Actions checked = machine.resume(event::Checked{{false}}, now);
  const auto* finish = find<action::Finish>(checked);
  REQUIRE(finish != nullptr);
  REQUIRE(finish->answer);
  CHECK(finish->answer->content == fact);
  CHECK(codes(*finish->answer) == Codes{"not_stored"});
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
