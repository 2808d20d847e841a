#include "policy/question.h"

#include <array>
#include <fstream>
#include <iostream>
#include <span>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "policy/question_json.h"
#include "policy/url_mentions.h"
#include "policy/word_pattern.h"

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);

ChangeClass class_of(std::string_view question) {
  return judge_question(question, {now}).change_class;
}

TEST_CASE("what changes within hours may be ten minutes old") {
  for (const char* question :
       {"What is the weather in Berlin today?", "What is the price of gold right now?",
        "Is Apple's stock price above $170?", "What time is it in Tokyo?", "live score Bayern",
        "北京今天天气怎么样？", "茅台现在的股价是多少", "美元兑人民币汇率"}) {
    INFO(question);
    const auto verdict = judge_question(question, {now});
    CHECK(verdict.change_class == ChangeClass::real_time);
    CHECK(verdict.needs_fresh);
    CHECK(verdict.max_age == 10min);
  }
}

TEST_CASE("what changes within months may be a day old") {
  for (const char* question :
       {"What is the latest version of the Linux kernel?", "Who won the most recent Super Bowl?",
        "Any news on the merger?", "What films come out this week?", "When is the next election?",
        "Python 最新版本是什么？", "今年奥斯卡最佳影片是哪部？", "最近有什么新闻"}) {
    INFO(question);
    const auto verdict = judge_question(question, {now});
    CHECK(verdict.change_class == ChangeClass::fast_changing);
    CHECK(verdict.max_age == 24h);
  }
}

TEST_CASE("what changes within years may be a month old") {
  for (const char* question :
       {"Who is the CEO of Google?", "Who is the president of France?",
        "What is the tallest building in the world?", "Who holds the world record in pole vault?",
        "现任法国总统是谁？", "世界首富是谁"}) {
    INFO(question);
    const auto verdict = judge_question(question, {now});
    CHECK(verdict.change_class == ChangeClass::slow_changing);
    CHECK(verdict.max_age == 30 * 24h);
  }
}

TEST_CASE("what is settled needs no web") {
  for (const char* question : {"What is 17 * 23?",
                               "2+2=?",
                               "Who wrote Orientalism?",
                               "What is the capital of Costa Rica?",
                               "Define entropy",
                               "What does 'ephemeral' mean?",
                               "Why is the sky blue?",
                               "Translate 'good morning' into French",
                               "Write a Python function that reverses a list",
                               "Explain how TCP handshakes work",
                               "When did the Hundred Years' War end?",
                               "Who invented the telephone?",
                               "What is the largest mammal in the world?",
                               "In 1969, who walked on the moon?",
                               "红楼梦的作者是谁？",
                               "什么是熵？",
                               "请翻译这句话",
                               "3乘以5等于多少",
                               "",
                               "?",
                               "hello"}) {
    INFO(question);
    const auto verdict = judge_question(question, {now});
    CHECK(verdict.change_class == ChangeClass::never_changing);
    CHECK_FALSE(verdict.needs_fresh);
    CHECK_FALSE(verdict.max_age);
  }
}

TEST_CASE("a year is judged as seen from now") {
  const std::string question = "Who won the 2024 Nobel Prize in Physics?";
  const auto at = [&](int year) {
    return judge_question(question, {std::chrono::sys_days(std::chrono::year(year) / 12 / 31)});
  };
  CHECK(at(2024).change_class == ChangeClass::fast_changing);
  CHECK(at(2025).change_class == ChangeClass::never_changing);
  CHECK(at(2025).needs_fresh);  // settled, and perhaps after the model was made
  CHECK_FALSE(at(2030).needs_fresh);
}

TEST_CASE("a URL is a reason of its own, and is returned as written") {
  const auto verdict = judge_question("Who wrote https://example.org/Essay?", {now});
  CHECK(verdict.needs_fresh);
  CHECK(verdict.reasons.at(0) == "names a URL");
  CHECK(verdict.urls == std::vector<std::string>{"https://example.org/Essay"});
}

TEST_CASE("URLs end where the sentence goes on") {
  const auto one = [](std::string_view text) {
    const auto urls = url_mentions(text);
    return urls.size() == 1 ? urls[0] : std::to_string(urls.size()) + " URLs";
  };
  CHECK(one("See https://example.org/a, please.") == "https://example.org/a");
  CHECK(one("(https://example.org/a_(b))") == "https://example.org/a_(b)");
  CHECK(one("<HTTPS://Example.org/?q=1&r=2>") == "HTTPS://Example.org/?q=1&r=2");
  CHECK(one("请看https://example.org/页面。谢谢") == "https://example.org/页面");
  CHECK(one("https://example.org的内容是什么") == "https://example.org");
  CHECK(one("https://zh.example.org/wiki/北京，首都") == "https://zh.example.org/wiki/北京");
  CHECK(one("https://bücher.example/é?") == "https://bücher.example/é");
  CHECK(one("\"https://example.org/\"") == "https://example.org/");
  CHECK(one("https://a.example/ and again https://a.example/") == "https://a.example/");
  CHECK(one("http://") == "0 URLs");
  CHECK(one("https://...") == "0 URLs");
  CHECK(one("xhttps://example.org") == "0 URLs");
  CHECK(one("ftp://example.org") == "0 URLs");
  CHECK(one("https://example.org/" + std::string(3000, 'a')) == "0 URLs");
  CHECK(one("https://example.org/\xff\xfe") == "https://example.org/");
}

TEST_CASE("no more URLs are returned than a limit") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "https://example.org/" + std::to_string(i) + ' ';
  CHECK(url_mentions(text).size() == url_mentions_max);
}

TEST_CASE("material between a question's beginning and its end does not decide") {
  const std::string material(8'000, ' ');
  const std::string news = "today the latest price of the current president";
  CHECK(class_of("Summarize this: " + material + news + material) == ChangeClass::never_changing);
  CHECK(class_of(material + "What is the weather today?") == ChangeClass::real_time);
}

TEST_CASE("a verdict says which rules decided, strongest first") {
  const auto verdict = judge_question("Who is the current president of Peru?", {now});
  REQUIRE(verdict.reasons.size() >= 2);
  CHECK(verdict.reasons[0] == "word 'current'");
  CHECK(verdict.score > 0.5);
  CHECK(verdict.score < 1.0);
}

TEST_CASE("patterns: alternatives, beginnings, endings, anchors and gaps of at most six words") {
  const auto occurs = [](std::string_view pattern, std::string_view text) {
    return WordPattern(pattern).occurs_in(words_of(text));
  };
  CHECK(occurs("how many|much", "So: how MUCH is it"));
  CHECK_FALSE(occurs("how many|much", "how very many"));
  CHECK(occurs("invent-", "the inventor"));
  CHECK(occurs("-est", "the richest man"));
  CHECK_FALSE(occurs("-est", "go west"));
  CHECK(occurs("^ who won", "Who won?"));
  CHECK_FALSE(occurs("^ who won", "say who won"));
  CHECK(occurs("how * has", "how a b c d e f has"));
  CHECK(occurs("how * has", "how has"));
  CHECK_FALSE(occurs("how * has", "how a b c d e f g has"));
  CHECK_FALSE(occurs("how * has", "how"));
  CHECK_FALSE(occurs("how", ""));
}

TEST_CASE("hostile questions are judged in linear time") {
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() < 1 << 20) text += piece;
    return text;
  };
  for (const char* piece : {"how ", "what who which ", "http://", "https://a ", "(", "1+", "北",
                            "本", "日本", "のは", "last ", "2019年", "\xff", "most -est "}) {
    INFO(piece);
    const auto verdict = judge_question(repeated(piece), {now});
    CHECK(verdict.score >= 0.0);
    CHECK(verdict.score <= 1.0);
  }
}

struct Labelled {
  bool changes;
  bool true_premise;
  std::string text;
};

// A question a line: class, whether its premise is true, text. The labels are ours.
std::vector<Labelled> read_own(const char* path) {
  std::ifstream file(path);
  std::vector<Labelled> questions;
  for (std::string line; std::getline(file, line);) {
    const std::size_t premise = line.find('\t') + 1;
    const std::size_t text = line.find('\t', premise) + 1;
    questions.push_back(
        {!line.starts_with("never"), line.substr(premise).starts_with("true"), line.substr(text)});
  }
  return questions;
}

// Of how many is it told whether their answer changes?
double share_told_apart(const char* name, std::span<const Labelled> questions, TimePoint asked) {
  std::array<int, 2> right{};  // [false premise, true premise]
  std::array<int, 2> total{};
  for (const Labelled& question : questions) {
    const auto verdict = judge_question(question.text, {asked});
    const bool changes = verdict.change_class != ChangeClass::never_changing;
    ++total.at(question.true_premise ? 1 : 0);
    right.at(question.true_premise ? 1 : 0) += changes == question.changes ? 1 : 0;
  }
  std::cout << name << ", never against changing: " << right[1] << " of " << total[1]
            << " with a true premise, " << right[0] << " of " << total[0] << " with a false one\n";
  return static_cast<double>(right[0] + right[1]) / static_cast<double>(total[0] + total[1]);
}

// FreshQA's own labels, as its authors published them at the end of 2023. The model has learned
// from these very questions: what it reaches on others says scripts/train-freshness.
TEST_CASE("of FreshQA's questions, nearly all are told apart: never changing, or changing") {
  std::ifstream file("../shared/data/freshness/freshqa.jsonl");
  if (!file) {
    std::cout << "skipped: ../shared/data/freshness/freshqa.jsonl is not there\n";
    return;
  }
  std::vector<Labelled> questions;
  for (std::string line; std::getline(file, line);) {
    const auto row = boost::json::parse(line);
    questions.push_back({row.at("label").as_string() != "never-changing",
                         !row.at("false_premise").as_bool(),
                         std::string(row.at("question").as_string())});
  }
  CHECK(share_told_apart("FreshQA", questions,
                         std::chrono::sys_days(std::chrono::year(2023) / 12 / 31)) >= 0.95);
}

TEST_CASE("of questions in FreshQA's manner that nothing was learned from, most are told apart") {
  constexpr TimePoint asked = std::chrono::sys_days(std::chrono::year(2024) / 12 / 31);
  const auto share = [&](const char* path) {
    return share_told_apart(path, read_own(path), asked);
  };
  CHECK(share("tests/policy/data/questions_en.tsv") >= 0.86);
  CHECK(share("tests/policy/data/questions_zh.tsv") >= 0.88);
  CHECK(share("tests/policy/data/questions_ja.tsv") >= 0.92);
}

TEST_CASE("a verdict names the signal without which it would have been another") {
  const auto decided = [](std::string_view question) {
    return to_string(judge_question(question, {now}).decided_by);
  };
  CHECK(decided("What is the weather in Oslo today?") == "rule");
  CHECK(decided("When was Grand Theft Auto 7 released?") == "learned");
  CHECK(decided("Who won the 2025 Tour de France?") == "cutoff");
  const auto open = judge_question("How tall is the tower of Varnholm?", {now});
  CHECK(with_opinion(open, 0.99).decided_by == Signal::model);
  CHECK(with_opinion(open, 0.5).decided_by == open.decided_by);
}

TEST_CASE("what is settled and newer than the model's knowledge needs the web") {
  const std::string question = "Who won the 2021 Formula 1 championship?";
  const auto known =
      judge_question(question, {now, std::chrono::sys_days(std::chrono::year(2023) / 12 / 1)});
  CHECK_FALSE(known.needs_fresh);
  const auto unknown =
      judge_question(question, {now, std::chrono::sys_days(std::chrono::year(2021) / 6 / 1)});
  CHECK(unknown.needs_fresh);
  CHECK(unknown.decided_by == Signal::cutoff);
  CHECK(unknown.reasons.at(0) == "2021 may be newer than the model");
}

TEST_CASE("of a time that is over, what was gathered since is young enough") {
  const auto verdict = judge_question("Who won the Tour de France in July 2025?", {now});
  REQUIRE(verdict.time);
  CHECK(verdict.time->words == "july 2025");
  REQUIRE(verdict.needs_fresh);
  CHECK(verdict.max_age == now - TimePoint(std::chrono::sys_days(std::chrono::year(2025) / 8 / 1)));
  CHECK(judge_question("What is the weather in Oslo today?", {now}).max_age == 10min);
}

TEST_CASE("a false premise is suspected, with a reason") {
  const auto suspicion = [](std::string_view question) {
    return judge_question(question, {now}).false_premise;
  };
  CHECK(suspicion("Who is the current king of Germany?").score > 0.5);
  CHECK(suspicion("How many days are left until the 2012 London Olympics?").score > 0.5);
  CHECK(suspicion("Who won gold in the marathon at the 1944 Olympics?").reason ==
        "there were no such games in 1944");
  CHECK(suspicion("Who painted Guernica?").score < 0.5);
  CHECK(suspicion("What is the capital of France?").score < 0.5);
}

TEST_CASE("what the cache holds young enough needs no web, and old copies change nothing") {
  const auto asked = judge_question("Who is the CEO of Google?", {now});
  REQUIRE(asked.needs_fresh);
  const auto held = with_coverage(asked, {Coverage::enough, 0.9, "young passages hold it"});
  CHECK_FALSE(held.needs_fresh);
  CHECK(held.decided_by == Signal::cache);
  CHECK(held.reasons.back() == "cache: young passages hold it");
  const auto old = with_coverage(asked, {Coverage::stale, 0.9, "old passages hold it"});
  CHECK(old.needs_fresh);
  CHECK(old.decided_by == asked.decided_by);
}

TEST_CASE("the caller's wish wins over all signals") {
  const auto weather = judge_question("What is the weather in Oslo today?", {now});
  const auto settled = judge_question("Who painted Guernica?", {now});
  CHECK_FALSE(with_wish(weather, {.web = WebWish::offline}).needs_fresh);
  CHECK_FALSE(with_wish(weather, {.web = WebWish::no_search}).needs_fresh);
  CHECK(with_wish(weather, {.web = WebWish::offline}).decided_by == Signal::caller);
  const auto fresh = with_wish(settled, {.max_age = 0s});
  CHECK(fresh.needs_fresh);
  CHECK(fresh.max_age == 0s);
  CHECK(fresh.decided_by == Signal::caller);
  CHECK(with_wish(weather, {.max_age = 24h}).max_age == 24h);
  CHECK(with_wish(weather, {}).decided_by == weather.decided_by);
}

TEST_CASE("a verdict is written as JSON, whatever bytes the question is of") {
  const auto object =
      to_json(judge_question("On debian.org, what was new\x1b in 2019?\xff", {now}));
  CHECK(object.at("time").at("begin") == "2019-01-01T00:00:00Z");
  CHECK(object.at("time").at("end") == "2020-01-01T00:00:00Z");
  CHECK(object.at("sites").as_array().at(0) == "debian.org");
  CHECK(object.at("decided_by").is_string());
  CHECK(object.at("false_premise").at("score").is_double());
  CHECK(to_json(judge_question("Who are you?", {now})).at("time").is_null());
  const auto long_ago = to_json(judge_question("Who ruled Rome before 1000?", {now}));
  CHECK(long_ago.at("time").at("begin") == "0001-01-01T00:00:00Z");
}

TEST_CASE("a model's opinion turns what the rules leave open, and not what they are sure of") {
  const auto open = judge_question("How tall is the tower of Varnholm?", {now});
  REQUIRE(is_unsure(open));
  REQUIRE(!open.needs_fresh);
  const auto fresh = with_opinion(open, 0.95);
  CHECK(fresh.needs_fresh);
  CHECK(fresh.change_class == ChangeClass::slow_changing);
  CHECK(fresh.max_age.has_value());
  CHECK(fresh.reasons.back() == "the model says so with 95 %");
  const auto settled = with_opinion(fresh, 0.0);
  CHECK(!settled.needs_fresh);
  CHECK(settled.change_class == ChangeClass::never_changing);
  CHECK(!settled.max_age.has_value());
  CHECK(with_opinion(open, 0.5).needs_fresh == open.needs_fresh);
  const auto weather = judge_question("What is the weather in Bergen today?", {now});
  CHECK(!is_unsure(weather));
  const auto doubted = with_opinion(weather, 0.3);
  CHECK(doubted.needs_fresh);
  CHECK(doubted.change_class == weather.change_class);
}

}  // namespace
}  // namespace seekd::policy
