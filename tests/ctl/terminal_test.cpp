#include "ctl/terminal.h"

#include <catch2/catch.hpp>

using seekd::ctl::field;
using seekd::ctl::terminal_line;
using seekd::ctl::terminal_text;

TEST_CASE("nothing that steers a terminal reaches it", "[ctl][terminal]") {
  CHECK(terminal_text("a\x1B[2Jb\x07\r\x9B"
                      "1mc\nd") == "a[2Jb1mc\nd");
  CHECK(terminal_text("\u202Eevil\u2066") == "evil");
  CHECK(terminal_line("a\nb\tc") == "a b c");
}

TEST_CASE("a line is cut between characters", "[ctl][terminal]") {
  CHECK(terminal_line("éééé", 2) == "éé…");
  CHECK(terminal_line("éé", 2) == "éé");
}

TEST_CASE("a field holds no tab, no line break and nothing that is not seen", "[ctl][terminal]") {
  CHECK(field("a\tb\nc\x7F") == "a\\x09b\\x0ac\\x7f");
  CHECK(field("https://é.例え/?ü") == "https://é.例え/?ü");
  CHECK(field("\u202Ea\u00ADb\u2028c\u0085") ==
        "\\xe2\\x80\\xaea\\xc2\\xadb\\xe2\\x80\\xa8c\\xc2\\x85");
  CHECK(field("\xFF\xC3") == "\\xff\\xc3");
  CHECK(field(std::string_view("\0", 1)) == "\\x00");
  CHECK(field("https://example.org/?a=b") == "https://example.org/?a=b");
}
