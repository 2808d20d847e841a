// What is read when somebody asks: of the process, and of the fetcher.

#include <cstdio>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

#include "daemon/metrics/fetcher_readings.h"
#include "daemon/metrics/process_readings.h"

namespace seekd::daemon {
namespace {

TEST_CASE("the process's readings are its own") {
  const ProcessReadings before = read_process();
  CHECK(before.open_descriptors >= 3);
  CHECK(before.descriptors_max > before.open_descriptors);
  const std::unique_ptr<FILE, int (*)(FILE*)> opened(std::fopen("/dev/null", "r"), std::fclose);
  REQUIRE(opened);
  const std::vector<char> touched(64 << 20, 'x');
  const ProcessReadings after = read_process();
  CHECK(after.open_descriptors == before.open_descriptors + 1);
  CHECK(after.resident_bytes >= before.resident_bytes + (60 << 20));
  CHECK(after.cpu_seconds >= before.cpu_seconds);
  CHECK(after.cpu_seconds > 0);
  CHECK(touched.back() == 'x');
}

TEST_CASE("a fetcher's status is read by its names") {
  const auto readings = read_fetcher_status(
      R"({"version": "0.1.0", "requests": 12, "cancelled": 1, "verdicts": {"allowed": 9, "robots_denied": 3},
          "policy": {"reloads": 2, "last_error": ""}, "wire_bytes": 4096, "pages_in_progress": 4, "pages_waiting": 5,
          "workers": 6})");
  REQUIRE(readings);
  CHECK(readings->requests == 12);
  CHECK(readings->cancelled == 1);
  CHECK(readings->wire_bytes == 4096);
  CHECK(readings->pages_in_progress == 4);
  CHECK(readings->pages_waiting == 5);
  CHECK(readings->workers == 6);
  CHECK(readings->policy_reloads == 2);
  CHECK(readings->verdicts ==
        std::map<std::string, std::uint64_t>{{"allowed", 9}, {"robots_denied", 3}});
}

TEST_CASE("what is no status of a fetcher is none, and what is odd in one counts as 0") {
  for (const char* text : {"", "[]", "12", "{", "\"x\""}) CHECK_FALSE(read_fetcher_status(text));
  const auto readings = read_fetcher_status(
      R"({"requests": -1, "wire_bytes": "many", "verdicts": {"allowed": 1e300, "timeout": null}})");
  REQUIRE(readings);
  CHECK(readings->requests == 0);
  CHECK(readings->wire_bytes == 0);
  CHECK(readings->verdicts.at("allowed") == 0);
}

}  // namespace
}  // namespace seekd::daemon
