#include "daemon/time_text.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

TEST_CASE("times are written and read in one spelling") {
  const TimePoint time{std::chrono::seconds(1'772'366'400)};
  CHECK(format_time(time) == "2026-03-01T12:00:00Z");
  CHECK(parse_time("2026-03-01T12:00:00Z") == time);
  for (const char* wrong : {"", "2026-03-01", "2026-03-01T12:00:00", "2026-03-01T12:00:00+00:00",
                            "2026-02-31T12:00:00Z", "2026-3-1T12:00:00Z", "2026-03-01T12:00:00Z ",
                            "2026-03-01T25:00:00Z", " 2026-03-01T12:00:00Z"}) {
    INFO(wrong);
    CHECK(!parse_time(wrong));
  }
}

}  // namespace
}  // namespace seekd::daemon
