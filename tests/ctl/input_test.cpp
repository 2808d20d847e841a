#include "ctl/input.h"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

using seekd::ctl::read_all;
using seekd::ctl::read_line;

TEST_CASE("input over its limit is refused", "[ctl][input]") {
  std::istringstream whole("12345");
  CHECK(*read_all(whole, 5, "it") == "12345");
  std::istringstream large("123456");
  const auto text = read_all(large, 5, "it");
  REQUIRE(!text);
  CHECK(text.error().code == seekd::ErrorCode::too_large);
}

TEST_CASE("lines end at line breaks, and the last one at the end", "[ctl][input]") {
  std::istringstream input(std::string("one\n\nth\0ree", 11));
  std::string line;
  REQUIRE(read_line(input, 10, line));
  CHECK(line == "one");
  REQUIRE(read_line(input, 10, line));
  CHECK(line.empty());
  REQUIRE(read_line(input, 10, line));
  CHECK(line == std::string("th\0ree", 6));
  CHECK(!read_line(input, 10, line));
}

TEST_CASE("of a long line one byte over the limit is kept, and the next line is whole",
          "[ctl][input]") {
  std::istringstream input(std::string(100, 'x') + "\nnext\n");
  std::string line;
  REQUIRE(read_line(input, 10, line));
  CHECK(line.size() == 11);
  REQUIRE(read_line(input, 10, line));
  CHECK(line == "next");
}

TEST_CASE("a read that fails ends the lines, and says so", "[ctl][input]") {
  std::ifstream folder("/tmp");
  std::string line;
  CHECK(!read_line(folder, 10, line));
  const auto read = seekd::ctl::check_read(folder, "'/tmp'");
  REQUIRE(!read);
  CHECK(read.error().message == "'/tmp' cannot be read: name a file, or send its text");
}
