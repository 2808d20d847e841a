// What the dates of sources do to an answer: filters, past versions, ages, contradictions.

#include <catch2/catch.hpp>

#include "daemon/answer/date_filter.h"
#include "daemon/answer/disagreements.h"
#include "daemon/answer/source_notes.h"
#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;
using Codes = std::vector<std::string>;
using std::chrono::March;
using std::chrono::sys_days;

Passage dated(std::string url, std::string published, std::string modified = "",
              std::string text = fact) {
  Passage passage;
  passage.url = std::move(url);
  passage.published = std::move(published);
  passage.modified = std::move(modified);
  passage.text = std::move(text);
  passage.retrieved_at = now;
  return passage;
}

std::vector<std::string> left(const DateFilter& filter) {
  std::vector<Passage> passages{
      dated("old", "2024-05-01"), dated("changed", "2024-05-01", "2026-02-28"),
      dated("new", "2026-02-28T23:00:00+09:00"), dated("undated", "last week")};
  const auto notices = leave_out_by_date(passages, filter, now);
  CHECK(notices.size() + passages.size() == 4);
  std::vector<std::string> urls;
  for (const Passage& passage : passages) urls.push_back(passage.url);
  return urls;
}

TEST_CASE("a date filter lets in the pages of its days, and none of no day") {
  const sys_days first = std::chrono::year(2026) / 2 / 1;
  const sys_days day = std::chrono::year(2026) / 2 / 28;
  DateFilter filter;
  CHECK(left(filter).size() == 4);
  filter.published.first = first;
  CHECK(left(filter) == Codes{"new"});
  filter.published = {{}, first};
  CHECK(left(filter) == Codes{"old", "changed"});
  filter = {};
  filter.updated = {day, day};
  CHECK(left(filter) == Codes{"changed", "new"});
  filter.updated = {{}, first};
  CHECK(left(filter) == Codes{"old"});
  filter = {};
  filter.recency = std::chrono::days(7);
  CHECK(left(filter) == Codes{"changed", "new"});
  filter.recency = 1h;
  CHECK(left(filter).empty());
}

TEST_CASE("a named page that a date filter leaves out is told, and not used") {
  Question asked = question_about({url});
  asked.dates.recency = std::chrono::days(7);
  AnswerMachine machine = machine_for(asked);
  look_up(machine, page(url, 0s));
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  const auto answer = complete(machine, "No.");
  REQUIRE(answer);
  CHECK(codes(*answer) == Codes{"date_filtered", "model_alone"});
  CHECK(answer->sources.empty());
}

TEST_CASE("as of a past moment a page is looked up as it was, and nothing is fetched") {
  Question asked = question_about({url});
  asked.as_of = now - 48h;
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::LookUp>(started) != nullptr);
  CHECK(find<action::LookUp>(started)->as_of == now - 48h);
  cache::StoredPage then = page(url, 72h);
  then.version = 2;
  const Actions found = machine.resume(event::Found{0, then}, now);
  CHECK(count<action::Fetch>(found) + count<action::Search>(found) == 0);
  REQUIRE(find<action::Generate>(found) != nullptr);
  CHECK(find<action::Generate>(found)->request.messages.back().content.contains(
      "The pages are as they were on 2026-02-27."));
  const auto answer = complete(machine);
  CHECK(only_source(answer).state == policy::SourceState::offline);
  CHECK(only_source(answer).version == 2);
  CHECK(answer->citations.size() == 1);
}

TEST_CASE("where no version of then is kept, that is told") {
  Question asked = question_about({url});
  asked.as_of = now - 48h;
  AnswerMachine machine = machine_for(asked);
  look_up(machine, nothing());
  const auto answer = complete(machine, "No.");
  REQUIRE(answer);
  CHECK(codes(*answer) == Codes{"no_version_then", "model_alone"});
}

TEST_CASE("as of a past moment the pages that speak of it today are looked up as they were") {
  Question asked = question();
  asked.as_of = now - 48h;
  AnswerMachine machine = machine_for(asked);
  machine.resume(event::Started{}, now);
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  REQUIRE(find<action::LookUp>(searched) != nullptr);
  CHECK(find<action::LookUp>(searched)->as_of == now - 48h);
  machine.resume(event::Found{0, page(url, 72h)}, now);
  CHECK(complete(machine)->citations.size() == 1);
}

TEST_CASE("nobody knows a page as it will be") {
  Question asked = question_about({url});
  asked.as_of = now + 48h;
  AnswerMachine machine = machine_for(asked);
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(find<action::Finish>(started) != nullptr);
  CHECK(find<action::Finish>(started)->answer.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("the age of a source is told in words, by the page's own date where it has one") {
  const auto ages = [](std::string published, std::string modified, Language language) {
    const std::vector<Passage> passages{dated("a", std::move(published), std::move(modified))};
    return source_ages(passages, language, {now, {}});
  };
  CHECK(ages("2026-03-01", "", Language::english) == "[1] is of today.");
  CHECK(ages("2026-02-28", "", Language::english) == "[1] is 1 day old.");
  CHECK(ages("2024-01-01", "2026-02-01", Language::english) == "[1] is 4 weeks old.");
  CHECK(ages("2025-06-01", "", Language::english) == "[1] is 9 months old.");
  CHECK(ages("2020-06-01", "", Language::chinese) == "[1] 是 5 年前的。");
  CHECK(ages("2026-02-20", "", Language::japanese) == "[1] は9日前のもの。");
  CHECK(ages("", "", Language::english) == "[1] has no date and was read today.");
  CHECK(today(Language::japanese, {now, {}}) == "今日は 2026-03-01。");
}

TEST_CASE("passages of one page are told together") {
  const std::vector<Passage> passages{dated("a", "2026-02-28"), dated("a", "2026-02-28"),
                                      dated("b", "")};
  CHECK(source_ages(passages, Language::english, {now, {}}) ==
        "[1][2] is 1 day old. [3] has no date and was read today.");
}

const std::string ask = "Which port does Kestrel use by default?";

TEST_CASE("two pages that give one value each disagree, and the newer one is known by its date") {
  const std::vector<Passage> passages{
      dated("https://a.example/", "2026-02-01", "", "The default port of Kestrel is 7411."),
      dated("https://b.example/", "2024-02-01", "",
            "Kestrel. The default port of Kestrel is 7311.")};
  const auto found = find_disagreements(passages, ask);
  REQUIRE(found.size() == 1);
  CHECK(found[0].ordered);
  CHECK(found[0].newer.passage == 0);
  CHECK(source_differences(found, Language::english) == "[2] and [1] differ; [1] is newer.");
  CHECK(source_differences(found, Language::chinese) == "[2] 与 [1] 不一致，[1] 较新。");
  const Notice notice = disagreement_notice(found[0], passages);
  CHECK(notice.code == "sources_disagree");
  CHECK(notice.url == "https://a.example/");
  CHECK(notice.message.contains("7411"));
  CHECK(notice.message.contains("7311"));
}

TEST_CASE("without dates nobody is newer") {
  const std::vector<Passage> passages{
      dated("https://a.example/", "", "", "The default port of Kestrel is 7411."),
      dated("https://b.example/", "2024-02-01", "", "The default port of Kestrel is 7311.")};
  const auto found = find_disagreements(passages, ask);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].ordered);
  CHECK(source_differences(found, Language::english) == "[1] and [2] differ.");
}

TEST_CASE("dates that differ disagree, and those that are one day do not") {
  const auto count = [](std::string one, std::string other) {
    const std::vector<Passage> passages{
        dated("a", "", "", "Kestrel 4.2 was released on " + std::move(one) + "."),
        dated("b", "", "", "Kestrel 4.2 was released on " + std::move(other) + ".")};
    return find_disagreements(passages, "When was Kestrel 4.2 released?").size();
  };
  CHECK(count("14 March 2026", "15 March 2026") == 1);
  CHECK(count("14 March 2026", "2026-03-14") == 0);
}

TEST_CASE("what speaks of another thing does not disagree") {
  const auto count = [](std::string one, std::string other, std::string question) {
    const std::vector<Passage> passages{dated("a", "", "", std::move(one)),
                                        dated("b", "", "", std::move(other))};
    return find_disagreements(passages, question).size();
  };
  CHECK(count("The default port of Kestrel is 7411.", "The default port of Osprey is 9402.", ask) ==
        0);
  CHECK(count("Kestrel 4.2 was released on 14 March 2026.",
              "Kestrel 4.1 was released on 3 May 2025.", "When was Kestrel released?") == 0);
  CHECK(count("A node of Kestrel needs 512 megabytes.", "The default port of Kestrel is 7311.",
              "What does Kestrel use by default?") == 0);
  std::vector<Passage> same{dated("a", "", "", "The default port of Kestrel is 7411."),
                            dated("a", "", "", "The default port of Kestrel is 7311.")};
  CHECK(find_disagreements(same, ask).empty());
}

TEST_CASE("an answer from sources that disagree says so, and the older sentence is not put first") {
  AnswerMachine machine = machine_for(question_about({url, url + "/old"}));
  machine.resume(event::Started{}, now);
  cache::StoredPage newer = page(url, 0s, "The default port of Kestrel is 7411.");
  newer.metadata.modified = "2026-02-01";
  cache::StoredPage older = page(url + "/old", 0s);
  older.metadata.modified = "2024-02-01";
  machine.resume(event::Found{0, newer}, now);
  machine.resume(event::Found{1, older}, now);
  const Actions searched = machine.resume(event::Searched{std::vector<Passage>{}}, now);
  REQUIRE(find<action::Generate>(searched) != nullptr);
  const std::string prompt = find<action::Generate>(searched)->request.messages.back().content;
  CHECK(prompt.contains("[2] and [1] differ; [1] is newer."));
  CHECK(prompt.contains("Most relevant:\nThe default port of Kestrel is 7411.\n</pages"));
  const auto answer = complete(machine, "The default port of Kestrel is 7411.");
  REQUIRE(answer);
  CHECK(codes(*answer) == Codes{"sources_disagree"});
}

}  // namespace
}  // namespace seekd::daemon
