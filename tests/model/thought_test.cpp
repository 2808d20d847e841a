// Thoughts end within their budget, and what follows is what the model says behind them.

#include "model/engine/thought.h"

#include <algorithm>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "model/engine/engine.h"
#include "tests/model/engine_callers.h"

namespace seekd::model {
namespace {

constexpr TokenId begin = 2000;  // beyond the vocabulary: it is never drawn
constexpr TokenId end = 999;     // hardly ever
constexpr std::size_t lead = 1;  // tokens that close a thought and stand before `end`

ThoughtMarks marks(std::function<bool(TokenId)> ends_sentence = [](TokenId) { return false; }) {
  return {.begin = begin, .end = end, .closing = {7, end, 9}, .ends_sentence = ends_sentence};
}

Engine::Request thinking(const ThoughtMarks& marks, std::size_t prompt, std::size_t seed,
                         std::size_t budget, std::size_t made = 60) {
  Engine::Request request = Callers::request(prompt, seed, made);
  request.thought = Thought(marks, budget, Thought::At::inside);
  return request;
}

// So much of what the network says alone, the closing, and what it says behind both.
std::vector<TokenId> closed_after(const Llama& network, const Engine::Request& request,
                                  std::size_t count, const ThoughtMarks& marks) {
  std::vector<TokenId> made = expected(network, request);
  made.resize(count);
  made.insert(made.end(), marks.closing.begin(), marks.closing.end());
  Engine::Request rest = request;
  rest.prompt.insert(rest.prompt.end(), made.begin(), made.end());
  for (const TokenId token : expected(network, rest)) made.push_back(token);
  return made;
}

Engine::Settings speculating(std::size_t pages) {
  Engine::Settings settings = Callers::settings(pages);
  settings.speculation = config::Speculation::lookup;
  settings.limits.draft_max = 15;
  settings.limits.rows_max = 64;
  settings.limits.row_cost = 0.05;
  return settings;
}

TEST_CASE("a thought is closed where its budget ends, and the text goes on behind it") {
  const Llama reference = Callers::network();
  Engine engine(Callers::network(), Callers::settings(200));
  const ThoughtMarks never = marks();
  for (const std::size_t budget : {1U, 2U, 20U, 40U}) {
    CAPTURE(budget);
    const auto request = thinking(never, 30, 3, budget);
    const Told told = ask(engine, request);
    REQUIRE(told.outcome);
    CHECK(told.tokens ==
          closed_after(reference, request, std::max(budget, 2 * lead) - lead, never));
    CHECK(told.outcome->made_tokens == 60);
    CHECK(told.outcome->finish == FinishReason::length);
  }
  CHECK(engine.usage().held == 0);
}

TEST_CASE("a thought that ends by itself, or never begins, is left alone") {
  const Llama reference = Callers::network();
  Engine engine(Callers::network(), Callers::settings(200));
  Engine::Request request = Callers::request(30, 3, 60);
  const auto alone = expected(reference, request);
  // Marks that the network draws by itself: the sixth token ends the thought.
  ThoughtMarks drawn = marks();
  drawn.end = alone[5];
  REQUIRE(std::ranges::find(alone.begin(), alone.begin() + 5, drawn.end) == alone.begin() + 5);
  request.thought = Thought(drawn, 20, Thought::At::inside);
  CHECK(ask(engine, request).tokens == alone);
  const ThoughtMarks never = marks();
  request.thought = Thought(never, 0, Thought::At::outside);
  CHECK(ask(engine, request).tokens == alone);
}

TEST_CASE("a thought that the model opens itself has the same budget") {
  const Llama reference = Callers::network();
  Engine engine(Callers::network(), Callers::settings(200));
  Engine::Request request = Callers::request(30, 3, 60);
  const auto alone = expected(reference, request);
  ThoughtMarks drawn = marks();
  drawn.begin = alone[2];
  const auto again = std::ranges::find(alone.begin() + 3, alone.end(), drawn.begin);
  REQUIRE(again - alone.begin() > 3 + 9);
  request.thought = Thought(drawn, 10, Thought::At::outside);
  // Behind that the mark may be drawn again; not at once.
  constexpr std::size_t clear = 3 + 9 + 3 + 3;
  auto tokens = ask(engine, request).tokens;
  auto wanted = closed_after(reference, request, 3 + 9, drawn);
  REQUIRE(std::ranges::count(wanted.begin(), wanted.begin() + clear, drawn.begin) == 1);
  tokens.resize(clear);
  wanted.resize(clear);
  CHECK(tokens == wanted);
}

TEST_CASE("near its end a thought is closed behind a sentence") {
  const Llama reference = Callers::network();
  Engine engine(Callers::network(), Callers::settings(200));
  const auto alone = expected(reference, Callers::request(30, 3, 60));
  // Of 41 tokens 40 may be the thought's own; a sentence may end it in the last quarter.
  const ThoughtMarks sentences = marks([&](TokenId token) { return token == alone[32]; });
  REQUIRE(std::ranges::find(alone.begin() + 29, alone.end(), alone[32]) == alone.begin() + 32);
  const auto request = thinking(sentences, 30, 3, 41);
  CHECK(ask(engine, request).tokens == closed_after(reference, request, 33, sentences));
}

TEST_CASE("what closes a thought is part of the text's length") {
  const Llama reference = Callers::network();
  Engine engine(Callers::network(), Callers::settings(200));
  const ThoughtMarks never = marks();
  const auto request = thinking(never, 30, 3, 20, 21);
  const Told told = ask(engine, request);
  REQUIRE(told.outcome);
  auto tokens = expected(reference, Callers::request(30, 3, 19));
  tokens.insert(tokens.end(), {7, end});
  CHECK(told.tokens == tokens);
  CHECK(told.outcome->finish == FinishReason::length);
}

// Many at once, some of which think: by drafts, and where pages do not suffice for all.
void check_beside_each_other(const Engine::Settings& settings, double temperature) {
  const Llama reference = Callers::network();
  Engine engine(Callers::network(), settings);
  const ThoughtMarks never = marks();
  std::vector<Engine::Request> requests;
  for (std::size_t n = 0; n < 8; ++n) {
    requests.push_back(Callers::request(25 + n, n, 80));
    for (std::size_t i = 12; i < requests[n].prompt.size(); ++i) {
      requests[n].prompt[i] = requests[n].prompt[i - 12];
    }
    requests[n].sampling = {.temperature = temperature, .top_p = 0.9, .seed = n};
    if (n % 2 == 1) requests[n].thought = Thought(never, 10 + n, Thought::At::inside);
  }
  std::vector<Told> told(requests.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t n = 0; n < told.size(); ++n) {
      threads.emplace_back([&, n] { told[n] = ask(engine, requests[n]); });
    }
  }
  for (std::size_t n = 0; n < told.size(); ++n) {
    CAPTURE(n);
    REQUIRE(told[n].outcome);
    const bool thinks = requests[n].thought.has_value();
    CHECK(told[n].tokens == (thinks ? closed_after(reference, requests[n], 9 + n, never)
                                    : expected(reference, requests[n])));
  }
  CHECK(engine.usage().held == 0);
}

TEST_CASE("texts beside those whose thoughts are closed are what they are alone") {
  check_beside_each_other(Callers::settings(200), 0.0);
  check_beside_each_other(Callers::settings(200), 0.03);
}

TEST_CASE("thoughts are closed as well where drafts run past their ends") {
  check_beside_each_other(speculating(200), 0.0);
  check_beside_each_other(speculating(200), 0.03);
}

TEST_CASE("texts that lose their pages keep the closed thought when they begin anew") {
  check_beside_each_other(Callers::settings(pages_for(Callers::context)), 0.0);
  check_beside_each_other(speculating(pages_for(Callers::context)), 0.0);
}

TEST_CASE("a thought that opens again where its budget is spent is closed at once") {
  const ThoughtMarks never = marks();
  Thought thought(never, 3, Thought::At::inside);
  thought.took(20);
  CHECK_FALSE(thought.spent());
  CHECK(thought.nearly_spent());
  thought.took(21);
  CHECK(thought.spent());
  for (const TokenId token : never.closing) thought.took(token);
  CHECK_FALSE(thought.spent());
  CHECK_FALSE(thought.nearly_spent());
  for (TokenId token = 30; token < 60; ++token) thought.took(token);
  CHECK_FALSE(thought.spent());
  thought.took(begin);
  CHECK(thought.spent());
}

}  // namespace
}  // namespace seekd::model
