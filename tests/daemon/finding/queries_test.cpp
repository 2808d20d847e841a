#include "daemon/finding/queries.h"

#include <catch2/catch.hpp>

#include "daemon/finding/query_words.h"

namespace seekd::daemon {
namespace {

using std::chrono::days;

using Texts = std::vector<std::string>;

TimePoint day(int year, unsigned month, unsigned date) {
  return std::chrono::sys_days(std::chrono::year(year) / month / date);
}

Texts texts(const Texts& turns, const std::optional<WantedTime>& time = {}, std::size_t most = 3) {
  std::vector<model::Message> conversation;
  for (const std::string& turn : turns) {
    if (!conversation.empty()) conversation.push_back({model::Role::assistant, "It is said so."});
    conversation.push_back({model::Role::user, turn});
  }
  Texts found;
  for (const WebQuery& query : web_queries(conversation, time, most)) found.push_back(query.text);
  return found;
}

TEST_CASE("a question loses the words of asking and of politeness") {
  CHECK(texts({"Hello, could you please tell me what the default port of Kestrel is? Thanks!"}) ==
        Texts{"default port Kestrel"});
  CHECK(texts({"Who is the maintainer of systemd?"}) == Texts{"maintainer systemd"});
  CHECK(texts({"请问红隼消息代理的默认端口是多少？"}) == Texts{"红隼消息代理 默认端口"});
}

TEST_CASE("names of software stay as they are written") {
  CHECK(texts({"What changed in C++23, .NET 8.0.1 and gpt-4-turbo's API?"})[0] ==
        "changed C++23 NET 8.0.1 gpt-4-turbo API");
}

TEST_CASE("what refers back is asked with what it refers to") {
  CHECK(texts({"Tell me about Kestrel 4.2", "What is its default port?"}) ==
        Texts{"Kestrel 4.2 default port"});
  CHECK(texts({"Tell me about Kestrel 4.2", "Who maintains it?",
               "And since when do they do that?"})[0]
            .starts_with("Kestrel 4.2 maintains"));
  CHECK(texts({"介绍一下红隼", "那它的价格呢"})[0].find("红隼") != std::string::npos);
}

TEST_CASE("a question that goes on with another subject keeps what was asked, and not of whom") {
  CHECK(texts({"When was Kestrel 4.2 released?", "What about Osprey?"}) ==
        Texts{"released Osprey"});
}

TEST_CASE("a question that stands alone takes nothing along") {
  CHECK(texts({"Tell me about Kestrel 4.2", "What is the capital of France?"}) ==
        Texts{"capital France"});
}

TEST_CASE("the time that is wanted makes a query of its own, as exact as it is spoken of") {
  const WantedTime yesterday{day(2026, 3, 13), day(2026, 3, 14), "yesterday"};
  const WantedTime last_month{day(2026, 2, 1), day(2026, 3, 1), "last month"};
  const WantedTime this_year{day(2026, 1, 1), day(2027, 1, 1), "今年"};
  CHECK(texts({"What did the ECB decide yesterday?"}, yesterday) ==
        Texts{"ECB decide", "ECB decide 13 March 2026"});
  CHECK(texts({"What did the ECB decide Last Month?"}, last_month) ==
        Texts{"ECB decide", "ECB decide February 2026"});
  CHECK(texts({"今年诺贝尔奖得主是谁"}, this_year) == Texts{"诺贝尔奖得主", "诺贝尔奖得主 2026年"});
}

TEST_CASE("the time is what the question speaks of, or now where what it asks about changes") {
  const TimePoint now = day(2026, 3, 14);
  const auto queries = [&](const std::string& text) {
    Question question;
    question.messages = {{model::Role::user, text}};
    question.hosts = {".example.org"};
    Texts found;
    for (const WebQuery& query :
         queries_for(question, policy::judge_question(text, {now}), now, 3)) {
      CHECK(query.hosts == question.hosts);
      found.push_back(query.text);
    }
    return found;
  };
  CHECK(queries("What did the ECB decide last month?") ==
        Texts{"ECB decide", "ECB decide February 2026"});
  CHECK(queries("What is the latest stable version of Debian?").back() ==
        "stable version Debian March 2026");
  CHECK(queries("What is the boiling point of water?") == Texts{"boiling point water"});
}

TEST_CASE("a question that names its year is not dated once more") {
  const WantedTime year{day(2024, 1, 1), day(2025, 1, 1), "2024"};
  CHECK(texts({"Who won the 2024 election?"}, year) == Texts{"won 2024 election"});
}

TEST_CASE("Latin names in a Chinese question are searched for by themselves, too") {
  const auto found = texts({"Kestrel 4.2 的默认端口是多少"});
  REQUIRE(found.size() == 2);
  CHECK(found[1] == "Kestrel 4.2");
}

TEST_CASE("queries know the language that they are written in") {
  const auto language = [](const std::string& text) {
    const model::Message message{model::Role::user, text};
    return web_queries({&message, 1}, {}, 1).at(0).language;
  };
  CHECK(language("默认端口") == "zh");
  CHECK(language("デフォルトのポート") == "ja");
  CHECK(language("default port").empty());
}

TEST_CASE("there are no more queries than wanted, and none of a question that says nothing") {
  const WantedTime now{day(2026, 3, 1), day(2026, 4, 1), ""};
  CHECK(texts({"Kestrel 的端口"}, now, 1).size() == 1);
  CHECK(texts({"Kestrel 的端口"}, now, 3).size() == 3);
  CHECK(texts({"what is it?"}).empty());
  CHECK(texts({"https://example.org/a?"}).empty());
  CHECK(texts({""}).empty());
}

TEST_CASE("a long text is read at its edges, and a query stays short") {
  std::string text = "Summarise the following about Kestrel. ";
  for (int i = 0; i < 50'000; ++i) text += "word" + std::to_string(i) + ' ';
  const auto found = texts({text + "When was Kestrel released?"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].size() < 300);
  CHECK(found[0].find("Kestrel") != std::string::npos);
}

}  // namespace
}  // namespace seekd::daemon
