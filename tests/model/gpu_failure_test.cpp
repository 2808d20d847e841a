// A GPU whose memory is full.

#include <vector>

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>
#include <catch2/catch.hpp>

#include "model/engine/engine.h"
#include "tests/model/engine_callers.h"
#include "tests/model/gpu_cases.h"
#include "tests/model/random_llama.h"

namespace seekd::model {
namespace {

// All of it that can be had, down to a few megabytes.
std::vector<at::Tensor> all_memory(const ComputeDevice& device) {
  at::accelerator::emptyCache();
  std::vector<at::Tensor> held;
  for (std::int64_t bytes = std::int64_t{1} << 34; bytes >= std::int64_t{1} << 21;) {
    try {
      held.push_back(at::empty({bytes}, at::TensorOptions(at::kByte).device(device.device)));
    } catch (const c10::OutOfMemoryError&) {
      bytes /= 2;
    }
  }
  return held;
}

TEST_CASE("a prompt for which a GPU has no memory left is run in smaller chunks, and answered") {
  const auto device = gpu();
  if (!device) return;
  const Shape shape{"llama", 1024, 2048, 16, 2, 128};
  auto network = Llama::create(random_llama(config_of(shape), std::int64_t{kContext}, *device, 3));
  REQUIRE(network);
  Engine::Settings settings = Callers::settings(pages_for(kContext));
  settings.limits.chunk_alone = 4096;
  settings.end_ids.clear();
  Engine engine(*std::move(network), settings);
  const Engine::Request prompt = Callers::request(2800, 1, 5);
  const Engine::Request small = Callers::request(5, 2, 5);
  const Told before = ask(engine, small);
  REQUIRE(before.outcome);
  {
    const auto held = all_memory(*device);
    const Told told = ask(engine, prompt);
    INFO((told.outcome ? "" : told.outcome.error().message));
    CHECK(told.outcome);
    CHECK(told.tokens.size() == 5);
  }
  at::accelerator::emptyCache();
  CHECK(engine.failures().out_of_memory > 0);
  CHECK(engine.failures().recovered == engine.failures().out_of_memory);
  CHECK(engine.health(std::chrono::steady_clock::now()).state == ModelState::healthy);
  CHECK(engine.usage().held == 0);
  CHECK(ask(engine, small).tokens == before.tokens);
  CHECK(ask(engine, prompt).outcome);
}

TEST_CASE("an allocation larger than a GPU is memory that ran out, and the GPU answers after it") {
  const auto device = gpu();
  if (!device) return;
  CHECK_THROWS_AS(
      at::empty({std::int64_t{1} << 50}, at::TensorOptions(at::kByte).device(device->device)),
      c10::OutOfMemoryError);
  CHECK(revive(*device));
}

}  // namespace
}  // namespace seekd::model
