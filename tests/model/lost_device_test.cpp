// A GPU whose context is lost, on a host that has one: the engine says so to everybody. In
// processes of their own, for nothing computes in such a one any more.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "model/engine/engine.h"
#include "tests/model/engine_callers.h"
#include "tests/model/gpu_cases.h"
#include "tests/model/random_llama.h"

namespace seekd::model {
namespace {

using Clock = std::chrono::steady_clock;

// CUDA does not outlive a fork, so this process never begins with it.
bool holds_in_a_child(const std::function<bool()>& check) {
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) std::exit(check() ? EXIT_SUCCESS : EXIT_FAILURE);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  INFO("the child's wait status: " << status);
  CHECK(WIFEXITED(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

Engine::Request prompt_with(TokenId token, std::size_t tokens) {
  Engine::Request request = Callers::request(tokens, 1, 5);
  request.prompt.back() = token;
  return request;
}

bool refused(Engine& engine, const Engine::Request& request) {
  const auto outcome = ask(engine, request).outcome;
  if (outcome) return false;
  std::cout << "refused: " << outcome.error().message << '\n';
  return outcome.error().code == ErrorCode::unavailable && outcome.error().message.contains("lost");
}

// The engine answers, loses its device over `fatal`, and says so from then on; and it goes as any
// other.
bool is_lost_over(const Engine::Request& fatal) {
  const auto device = gpu();
  if (!device) return false;
  const Shape shape{"llama", 512, 1032, 4, 4, 128};
  auto network = Llama::create(random_llama(config_of(shape), 2000, *device, 3));
  if (!network) return false;
  Engine::Settings settings = Callers::settings(100);
  settings.limits.chunk_alone = 1024;
  settings.end_ids.clear();
  Engine engine(*std::move(network), settings);
  const Engine::Request good = Callers::request(20, 1, 5);
  return ask(engine, good).outcome && refused(engine, fatal) &&
         engine.health(Clock::now()).state == ModelState::lost && refused(engine, good) &&
         engine.failures().errors == 1 && engine.failures().recovered == 0;
}

bool has_gpu() {
  if (std::filesystem::exists("/dev/nvidia0")) return true;
  std::cout << "skipped: there is no /dev/nvidia0\n";
  return false;
}

TEST_CASE("a kernel that reads where nothing is loses the device, and the engine says so") {
  if (!has_gpu()) return;
  CHECK(holds_in_a_child([] { return is_lost_over(prompt_with(1 << 30, 4)); }));
}

TEST_CASE("a kernel that asserts loses the device, and the engine says so") {
  if (!has_gpu()) return;
  CHECK(holds_in_a_child([] { return is_lost_over(prompt_with(1 << 20, 300)); }));
}

}  // namespace
}  // namespace seekd::model
