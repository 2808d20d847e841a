// The engine with many callers: each gets what it would get alone, whatever the others do.

#include <atomic>
#include <thread>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <catch2/catch.hpp>

#include "model/engine/engine.h"
#include "tests/model/random_llama.h"
#include "tests/model/single_text.h"

namespace seekd::model {
namespace {

constexpr std::size_t kContext = 160;
constexpr TokenId kEnd = 1008;

Llama network() {
  CheckpointConfig config;
  config.architecture = "llama";
  config.layers = 2;
  config.hidden = 128;
  config.feed_forward = 192;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 32;
  config.vocabulary = 1009;
  // In float32 no two tokens are equally good, however a product is rounded.
  return *Llama::create(
      random_llama(config, std::int64_t{kContext}, {c10::kCPU, c10::kFloat, "cpu"}, 11));
}

Engine::Settings settings(std::size_t pages, std::size_t sequences = 6) {
  return {.limits = {.sequences = sequences, .chunk_alone = 48, .chunk_beside = 20},
          .pages = pages,
          .end_ids = {kEnd},
          .threads = 1};
}

Engine::Request request(std::size_t prompt, std::size_t seed, std::size_t made) {
  Engine::Request request;
  for (std::size_t i = 0; i < prompt; ++i) {
    request.prompt.push_back(static_cast<TokenId>((i * 7919 + seed * 271) % 1000));
  }
  request.tokens_max = prompt + made;
  return request;
}

struct Told {
  std::vector<TokenId> tokens;
  Result<Engine::Outcome> outcome = Engine::Outcome{};
};

Told ask(Engine& engine, const Engine::Request& request) {
  Told told;
  told.outcome = engine.run(request,
                            [&](TokenId token) {
                              told.tokens.push_back(token);
                              return true;
                            },
                            {});
  return told;
}

// What the network says to a prompt, without an engine.
std::vector<TokenId> expected(const Llama& network, const Engine::Request& request) {
  const c10::InferenceMode no_gradients;
  SingleText text(network, request.tokens_max);
  std::vector<TokenId> made = {*sample_one(text.forward(request.prompt))};
  while (request.prompt.size() + made.size() < request.tokens_max && made.back() != kEnd) {
    made.push_back(*sample_one(text.forward(std::span(made).last(1))));
  }
  if (made.back() == kEnd) made.pop_back();
  return made;
}

void ask_all_at_once(Engine& engine, const Llama& reference,
                     const std::vector<Engine::Request>& requests) {
  std::vector<Told> told(requests.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      threads.emplace_back([&, i] { told[i] = ask(engine, requests[i]); });
    }
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CAPTURE(i);
    REQUIRE(told[i].outcome);
    CHECK(told[i].tokens == expected(reference, requests[i]));
  }
}

TEST_CASE("many callers at once get what each gets alone") {
  const Llama reference = network();
  Engine engine(network(), settings(200));
  std::vector<Engine::Request> requests;
  for (std::size_t n = 0; n < 12; ++n) requests.push_back(request(5 + n * 11, n, 20));
  ask_all_at_once(engine, reference, requests);
  CHECK(engine.usage().held == 0);
}

TEST_CASE("where pages do not suffice for all at once, all are written nevertheless") {
  const Llama reference = network();
  Engine engine(network(), settings(pages_for(kContext)));  // room for one at its longest
  std::vector<Engine::Request> requests;
  for (std::size_t n = 0; n < 6; ++n) requests.push_back(request(30, n, 100));
  ask_all_at_once(engine, reference, requests);
  CHECK(engine.usage().held == 0);
}

TEST_CASE("callers whose prompts begin alike share what was computed, and get their own answers") {
  const Llama reference = network();
  Engine engine(network(), settings(200));
  CHECK(ask(engine, request(90, 1, 5)).outcome->cached_tokens == 0);
  std::vector<Engine::Request> requests;
  for (TokenId n = 0; n < 6; ++n) {
    Engine::Request one = request(90, 1, 20);
    one.prompt.back() = n;
    requests.push_back(one);
  }
  ask_all_at_once(engine, reference, requests);
  CHECK(ask(engine, requests.front()).outcome->cached_tokens == 80);
  Engine::Request salted = requests.front();
  salted.cache_salt = "another";
  CHECK(ask(engine, salted).outcome->cached_tokens == 0);
}

TEST_CASE("one that is cancelled, one that has enough and one that throws leave the others be") {
  const Llama reference = network();
  Engine engine(network(), settings(60));
  std::stop_source stop;
  std::vector<std::jthread> threads;
  threads.emplace_back([&] {
    const auto outcome = engine.run(
        request(20, 1, 100),
        [&](TokenId) {
          stop.request_stop();
          return true;
        },
        stop.get_token());
    CHECK((!outcome && outcome.error().code == ErrorCode::cancelled));
  });
  threads.emplace_back([&] {
    const auto outcome = engine.run(request(20, 2, 100), [](TokenId) { return false; }, {});
    CHECK((outcome && outcome->made_tokens == 1));
  });
  threads.emplace_back([&] {
    CHECK_THROWS_AS(
        engine.run(request(20, 3, 100), [](TokenId) -> bool { throw std::bad_alloc(); }, {}),
        std::bad_alloc);
  });
  ask_all_at_once(engine, reference, {request(20, 4, 100), request(40, 5, 60)});
  threads.clear();
  // What the engine had begun for them ends with its next steps.
  for (int tries = 0; tries < 1000 && engine.usage().held > 0; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(engine.usage().held == 0);
}

TEST_CASE("more callers than may run together wait, and all are served") {
  const Llama reference = network();
  Engine engine(network(), settings(200, 2));
  std::vector<Engine::Request> requests;
  for (std::size_t n = 0; n < 9; ++n) requests.push_back(request(10 + n, n, 12));
  ask_all_at_once(engine, reference, requests);
}

}  // namespace
}  // namespace seekd::model
