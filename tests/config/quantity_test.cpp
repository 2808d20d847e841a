#include "config/quantity.h"

#include <catch2/catch.hpp>

namespace seekd::config {
namespace {

using namespace std::chrono_literals;

TEST_CASE("durations are a whole number and its unit") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("7d") == 7 * 24h);
}

TEST_CASE("sizes are a whole number and its unit") {
  CHECK(parse_bytes("512B") == 512);
  CHECK(parse_bytes("300KiB") == 300 << 10);
  CHECK(parse_bytes("4MiB") == 4 << 20);
  CHECK(parse_bytes("2GiB") == 2ull << 30);
  CHECK(parse_bytes("1TiB") == 1ull << 40);
}

TEST_CASE("what is not a whole number and a known unit is an error") {
  for (const char* bad : {"", "s", "30", "30 s", " 30s", "30s ", "1.5h", "-1s", "+1s", "1e3s",
                          "30S", "30sec", "0x10s", "1h30m"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad));
  }
  for (const char* bad : {"4", "4MB", "4mib", "4M", "MiB", "4 MiB", "4MiB4"}) {
    INFO(bad);
    CHECK_FALSE(parse_bytes(bad));
  }
}

TEST_CASE("a quantity that cannot be counted is an error, not another quantity") {
  CHECK_FALSE(parse_bytes("8388608TiB"));
  CHECK(parse_bytes("8388607TiB"));
  CHECK_FALSE(parse_duration("18446744073709551616ms"));
  CHECK_FALSE(parse_duration("99999999999999999999999999999999d"));
  CHECK_FALSE(parse_duration("106751991168d"));
}

TEST_CASE("a quantity is written in the largest unit that leaves it whole") {
  CHECK(duration_text(0ms) == "0ms");
  CHECK(duration_text(90s) == "90s");
  CHECK(duration_text(24h) == "1d");
  CHECK(bytes_text(300 << 10) == "300KiB");
  CHECK(bytes_text(1025) == "1025B");
}

}  // namespace
}  // namespace seekd::config
