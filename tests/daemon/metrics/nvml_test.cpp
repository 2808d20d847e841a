// Libraries that are not there, are no such library, or say what cannot be. What a real one says is
// tried on a machine that has a GPU (gpu_readings_test.cpp).

#include "daemon/metrics/nvml.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

TEST_CASE("without the library, or with one of another kind, there are no GPUs") {
  CHECK(Nvml::open("libno-such-library.so.1") == nullptr);
  CHECK(Nvml::open("libc.so.6") == nullptr);
}

TEST_CASE("what the library cannot know or mean is left out") {
  const auto nvml = Nvml::open(ODD_NVML_LIBRARY);
  REQUIRE(nvml);
  const auto gpus = nvml->read();
  REQUIRE(gpus.size() == 3);
  CHECK(gpus[0].number == 0);
  CHECK(gpus[0].name.size() <= 96);
  CHECK(gpus[0].name.find('\x1b') == std::string::npos);
  CHECK(gpus[0].utilization == 0.37);
  CHECK(gpus[0].memory_used == 20ULL << 30);
  CHECK(gpus[0].memory_total == 80ULL << 30);
  CHECK(gpus[0].temperature == 41);
  CHECK(gpus[0].power == 72.5);
  CHECK(gpus[1].temperature == 41);
  for (const std::size_t odd : {1, 2}) {
    CHECK_FALSE(gpus[odd].utilization);
    CHECK_FALSE(gpus[odd].memory_used);
    CHECK_FALSE(gpus[odd].power);
  }
}

}  // namespace
}  // namespace seekd::daemon
