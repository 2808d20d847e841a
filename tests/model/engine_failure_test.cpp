// Steps that fail, and steps that do not return: whose texts end, and that the engine goes on.

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "model/engine/engine.h"
#include "model/torch_errors.h"
#include "tests/model/engine_callers.h"
#include "tests/model/random_llama.h"

namespace seekd::model {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto network = Callers::network;
constexpr auto request = Callers::request;

constexpr TokenId unknown_token = 5000;  // beyond the vocabulary: libtorch refuses it

template <class Condition>
bool comes_true(Condition condition) {
  const auto end = Clock::now() + 120s;
  while (!condition() && Clock::now() < end) std::this_thread::sleep_for(5ms);
  return condition();
}

TEST_CASE("a step that fails ends its text with an error, and the next text gets its answer") {
  const Llama reference = network();
  Engine engine(network(), Callers::settings(60));
  const Engine::Request good = request(90, 1, 20);
  const auto answer = expected(reference, good);
  CHECK(ask(engine, good).tokens == answer);

  Engine::Request bad = request(90, 2, 20);
  bad.prompt[60] = unknown_token;  // in its second chunk
  const Told told = ask(engine, bad);
  REQUIRE(!told.outcome);
  CHECK(told.outcome.error().code == ErrorCode::internal);
  CHECK(told.tokens.empty());
  CHECK(engine.health(Clock::now()).state == ModelState::healthy);
  CHECK(engine.failures().errors == 1);
  CHECK(engine.failures().recovered == 1);
  CHECK(engine.usage().held == 0);

  CHECK(ask(engine, good).tokens == answer);
}

TEST_CASE("of texts that run together the one by which their steps fail ends alone") {
  const Llama reference = network();
  Engine engine(network(), Callers::settings(200));
  std::vector<Engine::Request> good;
  for (std::size_t n = 0; n < 4; ++n) good.push_back(request(20 + 30 * n, n, 40));
  Engine::Request bad = request(100, 9, 20);
  bad.prompt[70] = unknown_token;
  std::vector<Told> refused(3);
  {
    std::vector<std::jthread> threads;
    for (Told& told : refused) {
      threads.emplace_back([&] { told = ask(engine, bad); });
    }
    ask_all_at_once(engine, reference, good);
  }
  for (const Told& told : refused) {
    REQUIRE(!told.outcome);
    CHECK(told.outcome.error().code == ErrorCode::internal);
  }
  CHECK(comes_true([&] { return engine.usage().held == 0; }));
  CHECK(ask(engine, good[0]).tokens == expected(reference, good[0]));
}

TEST_CASE("nothing that was computed before an unknown failure is found again") {
  const Llama reference = network();
  Engine engine(network(), Callers::settings(60));
  const Engine::Request earlier = request(90, 3, 5);
  REQUIRE(ask(engine, earlier).outcome);
  Engine::Request bad = request(90, 2, 20);
  bad.prompt[60] = unknown_token;
  REQUIRE(!ask(engine, bad).outcome);
  CHECK(engine.usage().kept == 0);

  const Engine::Request alike = request(90, 2, 20);  // as the bad one begins: a whole chunk of it
  const Told told = ask(engine, alike);
  REQUIRE(told.outcome);
  CHECK(told.outcome->cached_tokens == 0);
  CHECK(told.tokens == expected(reference, alike));
  CHECK(ask(engine, earlier).outcome->cached_tokens == 0);
}

TEST_CASE("a judgement whose step fails ends with the error too") {
  Engine engine(network(), Callers::settings(60));
  Engine::ScoreRequest bad{.prompt = request(20, 1, 1).prompt,
                           .continuations = {{1, unknown_token, 2}},
                           .cache_salt = {}};
  CHECK(!engine.score(bad, {}));
  bad.continuations = {{1, 2, 3}};
  CHECK(engine.score(bad, {}));
  CHECK(comes_true([&] { return engine.usage().held == 0; }));
}

TEST_CASE("libraries below libtorch that find no memory are known by what they say") {
  const auto failed = [](const char* what) -> Status { throw std::runtime_error(what); };
  for (const char* what : {"could not create a primitive", "could not create a memory object",
                           "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"}) {
    const Status status = stop_exceptions("running a step", [&] { return failed(what); });
    CHECK(status.error().code == ErrorCode::too_large);
    CHECK(status.error().message.contains("memory ran out"));
  }
  const Status other = stop_exceptions("running a step", [&] { return failed("no such thing"); });
  CHECK(other.error().code == ErrorCode::internal);
}

// Wide enough that a chunk of 2,048 tokens takes seconds.
Llama slow_network() {
  CheckpointConfig config;
  config.architecture = "llama";
  config.layers = 8;
  config.hidden = 512;
  config.feed_forward = 2048;
  config.heads = 8;
  config.kv_heads = 2;
  config.head_dim = 64;
  config.vocabulary = 1009;
  return *Llama::create(random_llama(config, 4096, {c10::kCPU, c10::kFloat, "cpu"}, 11));
}

TEST_CASE("who waits for a step that hangs is told so, and is served again when it has returned") {
  const Llama reference = slow_network();
  Engine::Settings settings = Callers::settings(300);
  settings.limits.chunk_alone = 4096;
  settings.step_limit = 100ms;
  Engine engine(slow_network(), settings);
  const Engine::Request small = request(5, 1, 3);

  const Told hung = ask(engine, request(2048, 2, 3));
  REQUIRE(!hung.outcome);
  CHECK(hung.outcome.error().code == ErrorCode::unavailable);
  CHECK(hung.outcome.error().message.contains("hangs"));
  const Told refused = ask(engine, small);
  if (engine.health(Clock::now()).state == ModelState::hung) {
    REQUIRE(!refused.outcome);
    CHECK(refused.outcome.error().code == ErrorCode::unavailable);
  }

  REQUIRE(comes_true([&] { return engine.failures().hangs > 0; }));
  CHECK(comes_true([&] { return engine.usage().held == 0; }));
  Told served;
  CHECK(comes_true([&] {  // on a machine that is busy even a small step may take the limit
    served = ask(engine, small);
    return served.outcome.has_value();
  }));
  CHECK(served.tokens == expected(reference, small));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// The process' address space with so many bytes to spare; as it was before when this goes.
class ShortOfMemory {
 public:
  explicit ShortOfMemory(rlim_t spare) {
    REQUIRE(getrlimit(RLIMIT_AS, &before_) == 0);
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const auto page = static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
    const rlimit now{pages * page + spare, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_AS, &now) == 0);
  }
  ~ShortOfMemory() { setrlimit(RLIMIT_AS, &before_); }
  ShortOfMemory(const ShortOfMemory&) = delete;

 private:
  rlimit before_{};
};

constexpr std::size_t long_context = 4200;
// The masks of a chunk of 4,096 tokens take 640 MiB, those of 512 tokens 80 at most: what malloc()
// keeps of pieces that were freed decides nothing.
constexpr rlim_t spare = 300 << 20;

Llama long_network() {
  CheckpointConfig config;
  config.architecture = "llama";
  config.layers = 1;
  config.hidden = 64;
  config.feed_forward = 96;
  config.heads = 8;
  config.kv_heads = 1;
  config.head_dim = 32;
  config.vocabulary = 1009;
  return *Llama::create(
      random_llama(config, std::int64_t{long_context}, {c10::kCPU, c10::kFloat, "cpu"}, 11));
}

// In chunks for which there is always room.
std::vector<TokenId> answer_to(const Engine::Request& prompt) {
  Engine engine(long_network(), Callers::settings(pages_for(long_context)));
  return ask(engine, prompt).tokens;
}

TEST_CASE("a prompt whose chunk finds no memory is run in smaller ones, to the same answer") {
  const Engine::Request prompt = request(4096, 1, 10);
  const auto answer = answer_to(prompt);
  Engine::Settings settings = Callers::settings(pages_for(long_context));
  settings.limits.chunk_alone = 4096;
  Engine engine(long_network(), settings);
  const Engine::Request small = request(5, 2, 3);
  const auto small_answer = expected(long_network(), small);
  REQUIRE(ask(engine, small).tokens == small_answer);
  Told told;
  {
    const ShortOfMemory poor(spare);
    told = ask(engine, prompt);
  }
  INFO((told.outcome ? "" : told.outcome.error().message));
  REQUIRE(told.outcome);
  CHECK(told.tokens == answer);
  CHECK(engine.failures().out_of_memory > 0);
  CHECK(engine.failures().recovered == engine.failures().out_of_memory);
  CHECK(engine.usage().held == 0);
  CHECK(ask(engine, small).tokens == small_answer);
}

TEST_CASE("where no smaller step is left, memory that runs out ends the text and no other") {
  const Engine::Request prompt = request(4096, 1, 10);
  Engine::Settings settings = Callers::settings(pages_for(long_context), 1);
  settings.limits.chunk_alone = 4096;
  settings.limits.chunk_least = 4096;
  Engine engine(long_network(), settings);
  const Engine::Request small = request(5, 2, 3);
  const auto small_answer = expected(long_network(), small);
  REQUIRE(ask(engine, small).tokens == small_answer);
  {
    const ShortOfMemory poor(spare);
    const Told told = ask(engine, prompt);
    REQUIRE(!told.outcome);
    CHECK(told.outcome.error().code == ErrorCode::unavailable);
    CHECK(told.outcome.error().message.contains("memory ran out"));
    CHECK(ask(engine, small).tokens == small_answer);
  }
  CHECK(engine.usage().held == 0);
  CHECK(ask(engine, prompt).tokens == answer_to(prompt));
}

#endif

}  // namespace
}  // namespace seekd::model
