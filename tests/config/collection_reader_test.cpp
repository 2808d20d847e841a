#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using policy::Subject;
using Kind = Subject::Kind;

TEST_CASE("a collection has a name, readers and writers") {
  const auto config = load_text(
      "[[collection]]\nname = \"handbook\"\nreaders = [\"uid:1001\", \"group:ops\"]\n"
      "writers = [\"user:alice\"]\n[[collection]]\nname = \"notes\"\nreaders = [\"everyone\"]\n");
  REQUIRE(config);
  REQUIRE(config->collections.size() == 2);
  CHECK(config->collections[0].name == "handbook");
  CHECK(config->collections[0].readers ==
        std::vector<Subject>{{Kind::uid, 1001, ""}, {Kind::group, 0, "ops"}});
  CHECK(config->collections[0].writers == std::vector<Subject>{{Kind::user, 0, "alice"}});
  CHECK(config->collections[1].readers == std::vector<Subject>{Subject{}});
  CHECK(config->collections[1].writers.empty());
}

TEST_CASE("the web is written by everyone unless its table names its writers") {
  const auto config = load_text("[[collection]]\nname = \"web\"\nreaders = [\"gid:50\"]\n");
  REQUIRE(config);
  CHECK(config->collections.at(0).writers == std::vector<Subject>{Subject{}});
  const auto closed =
      load_text("[[collection]]\nname = \"web\"\nreaders = []\nwriters = [\"uid:0\"]\n");
  REQUIRE(closed);
  CHECK(closed->collections.at(0).readers.empty());
  CHECK(closed->collections.at(0).writers == std::vector<Subject>{{Kind::uid, 0, ""}});
}

TEST_CASE("what is wrong with a collection is told with its line and the remedy") {
  const std::string head = "[[collection]]\nname = \"handbook\"\n";
  CHECK_THAT(error_of(head), Catch::Contains("the key readers is missing"));
  CHECK_THAT(error_of("[[collection]]\nreaders = [\"everyone\"]\n"),
             Catch::Contains("the key name is missing"));
  CHECK_THAT(error_of("[[collection]]\nname = \"Handbook\"\nreaders = []\n"),
             Catch::StartsWith(":2: ") && Catch::Contains("lower-case"));
  CHECK_THAT(error_of(head + "readers = [\"rank:ops\"]\n"), Catch::StartsWith(":3: ") &&
                                                                Catch::Contains("names nobody") &&
                                                                Catch::Contains("\"uid:1001\""));
  CHECK_THAT(error_of(head + "readers = \"everyone\"\n"), Catch::StartsWith(":3: "));
  CHECK_THAT(error_of(head + "readers = [1001]\n"), Catch::StartsWith(":3: "));
  CHECK_THAT(error_of(head + "readers = []\nowner = \"x\"\n"),
             Catch::StartsWith(":4: ") && Catch::Contains("unknown here"));
  CHECK_THAT(error_of(head + "readers = []\n" + head + "readers = [\"everyone\"]\n"),
             Catch::Contains("stands twice") && Catch::Contains("join the tables"));
  CHECK_THAT(error_of("collection = \"handbook\"\n"), Catch::Contains("[[collection]]"));
}

}  // namespace
}  // namespace seekd::config
