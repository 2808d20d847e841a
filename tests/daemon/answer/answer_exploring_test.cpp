// What is looked for and read where the cache does not answer: rounds, budgets, when it is enough.

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;

const std::string fresh_question = "What is the latest version of Kestrel today?";
const std::string answering = "Today the latest version of Kestrel is 4.2.";
const std::string off_topic = "A bird of prey hovers over a field.";

std::string result_url(std::size_t number) {
  return "https://news.example.org/" + std::to_string(number);
}

WebFindings findings(std::size_t count, std::size_t first = 0) {
  WebFindings found;
  for (std::size_t n = first; n < first + count; ++n) {
    WebResult result;
    result.url = result_url(n);
    found.results.push_back(std::move(result));
  }
  return found;
}

class Asked {
 public:
  explicit Asked(Question question = script::question(fresh_question),
                 ModelView model = word_model())
      : machine_(std::move(question), searching(), std::move(model)) {}

  static AnswerMachine::Settings searching() {
    AnswerMachine::Settings out = settings();
    out.web_queries_max = 1;
    return out;
  }

  Actions feed(Event event) { return machine_.resume(std::move(event), now); }

  // Up to the search of the web, which the cache's silence is answered with.
  Actions begin() {
    feed(event::Started{});
    return feed(event::Searched{std::vector<Passage>{}});
  }

  // The pages of the round are not in the cache.
  Actions fetch_all(const Actions& round) {
    Actions all;
    for (const Action& action : round) {
      const auto* look = std::get_if<action::LookUp>(&action);
      if (look == nullptr) continue;
      for (Action& next : feed(event::Found{look->page, nothing()})) all.push_back(std::move(next));
    }
    return all;
  }

  Actions arrive(std::size_t page, const std::string& page_url, const std::string& text,
                 std::vector<Link> links = {}) {
    feed(event::Fetched{page, fetched(page_url, text)});
    cache::StoredPage stored = script::page(page_url, 0s, text);
    stored.links = std::move(links);
    return feed(event::Stored{page, {stored}});
  }

  Actions refuse(std::size_t page) {
    return feed(event::Fetched{page, refused(policy::EgressReason::robots_denied, "robots.txt")});
  }

  Result<Answer> end(const std::string& page_url, const std::string& text) {
    feed(event::Searched{{{passage(script::page(page_url, 0s, text))}}});
    return complete(machine_, text);
  }

 private:
  AnswerMachine machine_;
};

std::vector<std::string> looked_up(const Actions& actions) {
  std::vector<std::string> urls;
  for (const Action& action : actions) {
    if (const auto* look = std::get_if<action::LookUp>(&action)) urls.push_back(look->url);
  }
  return urls;
}

TEST_CASE("a question of the day that the cache does not cover is looked for on the web") {
  Asked asked;
  const Actions begun = asked.begin();
  REQUIRE(find<action::SearchWeb>(begun) != nullptr);
  CHECK(find<action::SearchWeb>(begun)->queries[0].text.contains("Kestrel"));
  CHECK(count<action::ArmReadingDeadline>(begun) == 1);
  const Actions round = asked.feed(event::WebSearched{findings(2)});
  CHECK(looked_up(round) == std::vector{result_url(0), result_url(1)});
  const Actions fetches = asked.fetch_all(round);
  REQUIRE(count<action::Fetch>(fetches) == 2);
  CHECK(find<action::Fetch>(fetches)->request.provenance == policy::Provenance::search_result);
  CHECK(count<action::ArmReadingDeadline>(fetches) == 0);
}

TEST_CASE("the first good page is used while others come, and these are stopped") {
  Asked asked;
  asked.begin();
  CHECK(count<action::Fetch>(asked.fetch_all(asked.feed(event::WebSearched{findings(3)}))) == 3);
  const Actions enough = asked.arrive(1, result_url(1), answering);
  CHECK(count<action::StopFetches>(enough) == 1);
  REQUIRE(find<action::Search>(enough) != nullptr);
  CHECK(find<action::Search>(enough)->query.urls == std::vector{result_url(1)});
  CHECK(asked.feed(event::Fetched{0, fetched(result_url(0))}).empty());
  const auto answer = asked.end(result_url(1), answering);
  CHECK(only_source(answer).url == result_url(1));
  CHECK(answer->notices.empty());
  CHECK(answer->usage.pages_fetched == 3);
}

TEST_CASE("a page that speaks of something else is no reason to stop") {
  Asked asked;
  asked.begin();
  asked.fetch_all(asked.feed(event::WebSearched{findings(2)}));
  const Actions one = asked.arrive(0, result_url(0), off_topic);
  CHECK(count<action::StopFetches>(one) == 0);
  CHECK(count<action::Search>(one) == 0);
  CHECK(count<action::Search>(asked.arrive(1, result_url(1), answering)) == 1);
}

TEST_CASE("what a round does not answer the next one is read for, at most rounds_max") {
  Question question = script::question(fresh_question);
  question.budget.rounds = 2;
  Asked asked(question);
  asked.begin();
  const Actions first = asked.feed(event::WebSearched{findings(12)});
  CHECK(looked_up(first).size() == 4);
  asked.fetch_all(first);
  Actions next;
  for (std::size_t n = 0; n < 4; ++n) next = asked.arrive(n, result_url(n), off_topic);
  CHECK(looked_up(next).size() == 4);
  asked.fetch_all(next);
  for (std::size_t n = 4; n < 8; ++n) next = asked.arrive(n, result_url(n), off_topic);
  CHECK(looked_up(next).empty());
  CHECK(count<action::Search>(next) == 1);
}

TEST_CASE("no more pages are fetched than fetches_max, and a page over it says so") {
  Question question = script::question(fresh_question);
  question.budget.fetches = 2;
  Asked asked(question);
  asked.begin();
  CHECK(count<action::Fetch>(asked.fetch_all(asked.feed(event::WebSearched{findings(3)}))) == 2);
  asked.refuse(0);
  asked.refuse(1);
  CHECK(codes(*asked.end(result_url(0), off_topic))[2] == "reading_budget");
}

TEST_CASE("a page is fetched when its longest body still fits into bytes_max") {
  Question question = script::question(fresh_question);
  question.budget.bytes = 2 * page_bytes_max + 1000;
  Asked asked(question);
  asked.begin();
  CHECK(count<action::Fetch>(asked.fetch_all(asked.feed(event::WebSearched{findings(4)}))) == 2);
  fetcher::FetchReply small = refused(policy::EgressReason::http_error, "404");
  small.wire_bytes = 1000;
  CHECK(count<action::Fetch>(asked.feed(event::Fetched{0, small})) == 1);
  small.wire_bytes = 1001;
  CHECK(count<action::Fetch>(asked.feed(event::Fetched{1, small})) == 0);
}

TEST_CASE("links are read that speak of the question, after what the search offered") {
  Asked asked;
  asked.begin();
  const Actions round = asked.feed(event::WebSearched{findings(1)});
  asked.fetch_all(round);
  const Actions next =
      asked.arrive(0, result_url(0), off_topic,
                   {{"https://news.example.org/imprint", "Imprint"},
                    {"https://news.example.org/kestrel-4-2", "Kestrel: the latest version"},
                    {"collection:handbook/secret", "Kestrel: the latest version"},
                    {"ftp://news.example.org/kestrel", "Kestrel: the latest version"}});
  CHECK(looked_up(next) == std::vector<std::string>{"https://news.example.org/kestrel-4-2"});
  const Actions fetches = asked.fetch_all(next);
  REQUIRE(find<action::Fetch>(fetches) != nullptr);
  CHECK(find<action::Fetch>(fetches)->request.provenance == policy::Provenance::page_link);
}

TEST_CASE("when the time for reading is over the answer is written from what is there") {
  Asked asked;
  asked.begin();
  asked.fetch_all(asked.feed(event::WebSearched{findings(2)}));
  asked.arrive(0, result_url(0), off_topic);
  const Actions late = asked.feed(event::ReadingDeadline{});
  CHECK(count<action::StopFetches>(late) == 1);
  REQUIRE(count<action::Search>(late) == 1);
  CHECK(codes(*asked.end(result_url(0), off_topic))[0] == "fetch_deadline");

  Asked searching;
  searching.begin();
  const Actions stopped = searching.feed(event::ReadingDeadline{});
  CHECK(count<action::StopSearchingWeb>(stopped) == 1);
  CHECK(count<action::Generate>(stopped) == 1);
  CHECK(searching.feed(event::WebSearched{findings(2)}).empty());
}

// Of four content words the text holds three.
const std::string wide_question =
    "What is the latest version of the Kestrel database server today?";
const std::string on_the_margin = "The version of the Kestrel server is described here.";

ModelView judging_model() {
  ModelView model = word_model();
  model.judges = true;
  return model;
}

std::vector<model::Score> yes_with(double chance) {
  return {{std::log(chance), 1}, {std::log(1 - chance), 1}};
}

TEST_CASE("where the words leave it open a large model says whether what was read is enough") {
  for (const double yes : {0.9, 0.1}) {
    CAPTURE(yes);
    Asked asked(question(wide_question), judging_model());
    asked.begin();
    asked.fetch_all(asked.feed(event::WebSearched{findings(2)}));
    const Actions unsure = asked.arrive(0, result_url(0), on_the_margin);
    REQUIRE(find<action::JudgeCoverage>(unsure) != nullptr);
    const auto& messages = find<action::JudgeCoverage>(unsure)->request.messages;
    CHECK(messages.back().content.contains(on_the_margin));
    CHECK(messages.back().content.contains(wide_question));
    const Actions judged = asked.feed(event::CoverageJudged{yes_with(yes)});
    CHECK(count<action::StopFetches>(judged) == (yes > 0.5 ? 1 : 0));
    CHECK(count<action::Search>(judged) == (yes > 0.5 ? 1 : 0));
  }
}

TEST_CASE("a small model is not asked, and one without an opinion leaves it to the words") {
  Asked small(question(wide_question));
  small.begin();
  small.fetch_all(small.feed(event::WebSearched{findings(2)}));
  CHECK(count<action::JudgeCoverage>(small.arrive(0, result_url(0), on_the_margin)) == 0);
  Asked asked(question(wide_question), judging_model());
  asked.begin();
  asked.fetch_all(asked.feed(event::WebSearched{findings(2)}));
  asked.arrive(0, result_url(0), on_the_margin);
  CHECK(count<action::Search>(
            asked.feed(event::CoverageJudged{fail(ErrorCode::internal, "none")})) == 1);
}

TEST_CASE("nobody is asked for pages offline, without providers, or of what does not change") {
  Question offline = question(fresh_question);
  offline.reach = Reach::cache_only;
  CHECK(count<action::SearchWeb>(Asked(offline).begin()) == 0);
  Question elsewhere = question(fresh_question);
  elsewhere.scope.collections = {"handbook"};
  CHECK(count<action::SearchWeb>(Asked(elsewhere).begin()) == 0);
  Question settled = question("What is two plus two?");
  CHECK(count<action::SearchWeb>(Asked(settled).begin()) == 0);
  settled.max_age = 0s;
  CHECK(count<action::SearchWeb>(Asked(settled).begin()) == 1);
  AnswerMachine unconfigured = machine_for(question(fresh_question));
  unconfigured.resume(event::Started{}, now);
  CHECK(count<action::SearchWeb>(
            unconfigured.resume(event::Searched{std::vector<Passage>{}}, now)) == 0);
}

TEST_CASE("a search that finds no page leaves the model alone, and says so") {
  Asked asked;
  asked.begin();
  WebFindings nothing_found;
  nothing_found.notices.push_back({"search_unreachable", "", "nobody answers"});
  CHECK(count<action::Generate>(asked.feed(event::WebSearched{nothing_found})) == 1);
}

TEST_CASE("each step of the way is noted") {
  Asked asked;
  const auto kinds = [](const Actions& actions) {
    std::vector<TraceStep::Kind> kinds;
    for (const Action& action : actions) {
      if (const auto* noted = std::get_if<action::Note>(&action)) kinds.push_back(noted->step.kind);
    }
    return kinds;
  };
  using Kind = TraceStep::Kind;
  CHECK(kinds(asked.feed(event::Started{})) == std::vector{Kind::judged});
  CHECK(kinds(asked.feed(event::Searched{std::vector<Passage>{}})) ==
        std::vector{Kind::surveyed, Kind::web_search});
  const Actions round = asked.feed(event::WebSearched{findings(1)});
  CHECK(kinds(round) == std::vector{Kind::round});
  CHECK(kinds(asked.fetch_all(round)) == std::vector{Kind::fetching});
  CHECK(kinds(asked.feed(event::Fetched{0, fetched(result_url(0), answering)})) ==
        std::vector{Kind::fetched});
  CHECK(kinds(asked.feed(event::Stored{0, page(result_url(0), 0s, answering)})) ==
        std::vector{Kind::stored, Kind::coverage, Kind::enough});
}

}  // namespace
}  // namespace seekd::daemon
