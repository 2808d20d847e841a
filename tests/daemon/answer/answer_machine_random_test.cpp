// Events in any order, late, doubled, lost and wrong ones among them: the machine ends once, stays
// within its budgets, and asks for nothing that it has asked for or after its end.

#include <deque>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;

constexpr std::uint32_t seeds = 100'000;
constexpr std::size_t queries_max = 3;
constexpr std::uint64_t few_bytes = 9 << 20;  // of two pages at once
constexpr std::uint64_t many_bytes = 64 << 20;

class RandomWorld {
 public:
  explicit RandomWorld(std::uint32_t seed)
      : random_(seed),
        question_(random_question()),
        machine_(question_, random_settings(), random_model()) {}

  // Whatever was lost, one of the deadlines ends it.
  void run() {
    feed(event::Started{});
    for (int step = 0; step < 60 && finishes_ == 0; ++step) {
      if (chance(8)) feed(stray());
      feed_one_pending();
    }
    if (finishes_ == 0) feed(event::ReadingDeadline{});
    while (finishes_ == 0 && !pending_.empty()) feed_one_pending();
    if (finishes_ == 0) feed(event::AnswerDeadline{});
    while (finishes_ == 0 && !pending_.empty()) feed_one_pending();
    if (finishes_ == 0) feed(event::Cancelled{});
    // Whatever was still on its way finds a machine that asks for nothing.
    while (!pending_.empty()) feed_one_pending();
    for (int n = 0; n < 3; ++n) feed(stray());
    REQUIRE(finishes_ == 1);
    REQUIRE(generations_ <= 1);
    REQUIRE(rounds_ <= question_.budget.rounds);
    REQUIRE(fetched_urls_.size() <= question_.budget.fetches);
    REQUIRE(bytes_ <= question_.budget.bytes);
    REQUIRE(opinions_ <= question_.budget.rounds);
  }

 private:
  bool chance(int percent) { return std::uniform_int_distribution(1, 100)(random_) <= percent; }
  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  static std::string numbered(std::size_t number) {
    return "https://docs.example.org/" + std::to_string(number);
  }

  ModelView random_model() {
    ModelView model = word_model();
    model.judges = chance(50);
    model.searches = chance(50);
    return model;
  }

  AnswerMachine::Settings random_settings() {
    AnswerMachine::Settings out = settings();
    out.web_queries_max = pick(queries_max + 1);
    return out;
  }

  Question random_question() {
    Question out = question(chance(50) ? "Which port does Kestrel use?"
                                       : "What is the latest Kestrel port today?");
    if (chance(10)) out.messages.back().content = "According to docs.example.org, which port?";
    if (chance(10)) out.messages.back().content = "What did the page on Kestrel say yesterday?";
    if (chance(40)) {
      for (std::size_t n = pick(7); n > 0; --n) out.urls.push_back(numbered(n));
    }
    out.budget = {1 + pick(4), pick(6), chance(50) ? few_bytes : many_bytes};
    if (chance(20)) out.reach = Reach::cache_only;
    if (chance(30)) out.max_age = 0s;
    if (chance(10)) out.retrieval = Retrieval::disabled;
    if (chance(10)) out.grounding = Grounding::required;
    return out;
  }

  std::vector<model::Score> random_scores() { return {{-1, 1}, {chance(50) ? -0.1 : -3.0, 1}}; }

  std::string random_text() {
    if (chance(40)) return fact;
    return chance(50) ? "Kestrel is a bird of prey." : "Nothing here speaks of it.";
  }

  Result<model::Generation> random_words() {
    model::Generation said;
    switch (pick(5)) {
      case 0:
        return fail(ErrorCode::internal, "none");
      case 1:
        said.content = "https://docs.example.org/1\n<pages >\n";
        break;
      case 2:
        break;
      default:
        for (std::size_t n = pick(9); n > 0; --n) said.content += "- Kestrel port\nKestrel 2026\n";
    }
    said.prompt_tokens = said.completion_tokens = 7;
    return said;
  }

  // Numbers that are offered and others, searches without end, refusals.
  Result<model::Generation> random_choice() {
    model::Generation said;
    switch (pick(7)) {
      case 0:
        return fail(ErrorCode::internal, "none");
      case 1:
        said.content = "answer";
        break;
      case 2:
        said.content = "search Kestrel port " + std::to_string(pick(9));
        break;
      case 3:
        said.content = "read https://docs.example.org/1";
        break;
      case 4:
        said.content = "I cannot help with that.";
        break;
      default:
        said.content = "read " + std::to_string(pick(16));
        if (chance(50)) said.content += ", " + std::to_string(pick(5));
    }
    return said;
  }

  WebFindings random_findings() {
    WebFindings found;
    if (chance(20)) found.notices.push_back({"search_rate_limited", "", "wait"});
    found.outcomes.push_back({"provider", "query", ProviderState::results, 1});
    for (std::size_t n = pick(9); n > 0; --n) {
      WebResult result;
      result.url = chance(10) ? "not a URL" : numbered(pick(12));
      found.results.push_back(std::move(result));
    }
    return found;
  }

  Event stray() {
    switch (pick(14)) {
      case 0:
        return event::Fetched{pick(9), random_reply(url)};
      case 1:
        return event::Stored{pick(9), page(url, 0s)};
      case 2:
        return event::Found{pick(9), {page(url, 0s)}};
      case 3:
        return event::Checked{{true, false, true}};
      case 4:
        return event::Tokens{{"stray ", ""}};
      case 5:
        return event::Searched{{{passage(page(url, 2h))}}};
      case 6:
        return event::Judged{random_scores()};
      case 7:
        return event::WebSearched{random_findings()};
      case 8:
        return event::CoverageJudged{random_scores()};
      case 9:
        return event::Generated{model::Generation{}};
      case 10:
        return chance(20) ? Event(event::Cancelled{}) : Event(event::Checked{});
      case 11:
        return chance(20) ? Event(event::AnswerDeadline{}) : Event(event::Checked{});
      case 12:
        return event::ModelSaid{chance(50) ? random_words() : random_choice()};
      default:
        return chance(20) ? Event(event::ReadingDeadline{}) : Event(event::Checked{});
    }
  }

  void feed_one_pending() {
    if (pending_.empty()) return;
    const auto next = pending_.begin() + static_cast<std::ptrdiff_t>(pick(pending_.size()));
    Event event = std::move(*next);
    pending_.erase(next);
    feed(std::move(event));
  }

  void feed(Event event) {
    for (Action& action : machine_.resume(std::move(event), now)) {
      REQUIRE(finishes_ == 0);
      std::visit([this](auto& what) { answer(what); }, action);
    }
  }

  // It comes some time, twice, or never.
  template <class Reply>
  void reply(const Reply& event) {
    if (chance(4)) return;
    pending_.emplace_back(event);
    if (chance(4)) pending_.emplace_back(event);
  }

  void answer(action::LookUp& what) {
    REQUIRE(urls_.emplace(what.page, what.url).second);
    if (chance(10)) return reply(event::Found{what.page, fail(ErrorCode::io, "io")});
    if (chance(40)) return reply(event::Found{what.page, std::optional<cache::StoredPage>()});
    cache::StoredPage stored = page(what.url, chance(50) ? 2h : 0h, random_text());
    if (chance(20)) stored.always_revalidate = true;
    stored.links.push_back({numbered(20 + pick(4)), "Kestrel default port"});
    reply(event::Found{what.page, {stored}});
  }
  void answer(action::Judge&) {
    if (chance(30)) return reply(event::Judged{fail(ErrorCode::internal, "none")});
    reply(event::Judged{random_scores()});
  }
  void answer(action::JudgeCoverage& what) {
    ++opinions_;
    REQUIRE(what.request.continuations.size() == 2);
    if (chance(30)) return reply(event::CoverageJudged{fail(ErrorCode::internal, "none")});
    reply(event::CoverageJudged{random_scores()});
  }
  void answer(action::AskModel& what) {
    // Once for words to search with, then for what to read.
    REQUIRE(++askings_ <= 1 + question_.budget.rounds + queries_max);
    REQUIRE((web_searches_ == 0) == (askings_ == 1));
    REQUIRE(what.request.tokens_max > 0);
    reply(event::ModelSaid{askings_ == 1 ? random_words() : random_choice()});
  }
  void answer(action::Search&) {
    if (chance(10)) return reply(event::Searched{fail(ErrorCode::io, "io")});
    std::vector<Passage> passages;
    for (std::size_t n = pick(4); n > 0; --n) {
      passages.push_back(passage(page(numbered(n), chance(50) ? 2h : 0h, random_text())));
    }
    reply(event::Searched{std::move(passages)});
  }
  void answer(action::SearchWeb& what) {
    ++web_searches_;
    REQUIRE(!what.queries.empty());
    queries_ += what.queries.size();
    REQUIRE(queries_ <= queries_max);
    REQUIRE(question_.reach == Reach::web);
    reply(event::WebSearched{random_findings()});
  }
  void answer(action::StopSearchingWeb&) { REQUIRE(web_searches_ > 0); }
  void answer(action::Fetch& what) {
    const std::string& asked = what.request.url;
    REQUIRE(question_.reach == Reach::web);
    REQUIRE(fetched_urls_.insert(asked).second);
    // What is under way may be as long as the door lets it, until its reply has come.
    bytes_ += page_bytes_max;
    REQUIRE(bytes_ <= question_.budget.bytes);
    reply(event::Fetched{what.page, random_reply(asked)});
  }
  Result<fetcher::FetchReply> random_reply(const std::string& asked) {
    fetcher::FetchReply reply;
    switch (pick(6)) {
      case 0:
        return fail(ErrorCode::unavailable, "none");
      case 1:
        reply = not_modified(asked);
        break;
      case 2:
        reply = refused(policy::EgressReason::timeout, "slow");
        break;
      case 3:
        reply = fetched(asked, fact, "no-store");
        break;
      default:
        reply = fetched(asked, random_text());
    }
    reply.wire_bytes = page_bytes_max;
    return reply;
  }
  void answer(action::ArmReadingDeadline&) {
    REQUIRE(++clocks_ == 1);
    if (chance(50)) pending_.emplace_back(event::ReadingDeadline{});
  }
  void answer(action::StopFetches&) { REQUIRE(!fetched_urls_.empty()); }
  void answer(action::Keep& what) {
    if (chance(10)) return reply(event::Stored{what.page, fail(ErrorCode::io, "full")});
    reply(event::Stored{what.page, page(urls_.at(what.page), 0s, random_text())});
  }
  void answer(action::Generate&) {
    ++generations_;
    reply(event::Tokens{{fact, ""}});
    if (chance(10)) return reply(event::Generated{fail(ErrorCode::internal, "broken")});
    reply(event::Generated{model::Generation{}});
  }
  // What is stopped answers all the same.
  void answer(action::StopGenerating&) {
    pending_.emplace_back(event::Generated{fail(ErrorCode::cancelled, "taken back")});
    pending_.emplace_back(event::CoverageJudged{fail(ErrorCode::cancelled, "taken back")});
    pending_.emplace_back(event::ModelSaid{fail(ErrorCode::cancelled, "taken back")});
  }
  void answer(action::Emit&) {}
  void answer(action::Note& what) {
    if (what.step.kind == TraceStep::Kind::round) ++rounds_;
    REQUIRE(what.step.detail.size() <= trace_detail_bytes_max);
  }
  void answer(action::Check& what) {
    REQUIRE(!what.supports.empty());
    pending_.emplace_back(event::Checked{std::vector<bool>(what.supports.size(), chance(50))});
  }
  void answer(action::Finish& what) {
    ++finishes_;
    if (!what.answer) return;
    for (const Citation& citation : what.answer->citations) {
      REQUIRE(citation.source < what.answer->sources.size());
      REQUIRE(citation.start_index < citation.end_index);
      REQUIRE(citation.end_index <= count_code_points(what.answer->content));
    }
    if (question_.grounding == Grounding::required) REQUIRE(!what.answer->citations.empty());
  }

  std::mt19937 random_;
  const Question question_;
  AnswerMachine machine_;
  std::deque<Event> pending_;
  std::map<std::size_t, std::string> urls_;  // by page
  std::set<std::string> fetched_urls_;
  std::uint64_t bytes_ = 0;
  std::size_t rounds_ = 0;
  std::size_t opinions_ = 0;
  int web_searches_ = 0;
  std::size_t queries_ = 0;
  std::size_t askings_ = 0;
  int clocks_ = 0;
  int generations_ = 0;
  int finishes_ = 0;
};

TEST_CASE("a question ends once and within its budgets in whatever order things happen") {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    RandomWorld(seed).run();
  }
}

}  // namespace
}  // namespace seekd::daemon
