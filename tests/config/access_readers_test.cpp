#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;

TEST_CASE("a caller's share of the model is a whole number from 1 on") {
  const auto config = load_text("[[access.caller]]\nname = \"alice\"\nshare = 3\n");
  REQUIRE(config);
  REQUIRE(config->access.callers.size() == 1);
  CHECK(config->access.callers[0].share == 3);

  for (const char* const text : {"0", "1001", "1.5", "\"many\""}) {
    const auto refused =
        load_text(std::string("[[access.caller]]\nname = \"alice\"\nshare = ") + text + "\n");
    INFO(text);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Contains(":3: access.caller"));
  }
}

}  // namespace
}  // namespace seekd::config
