#include "fetcher/worker/content_type.h"

#include <catch2/catch.hpp>

using namespace seekd::fetcher;
using namespace std::string_view_literals;

TEST_CASE("four types become pages, whatever their case and parameters") {
  CHECK(page_format("text/html") == PageFormat::html);
  CHECK(page_format("Text/HTML ; charset=utf-8") == PageFormat::html);
  CHECK(page_format("application/xhtml+xml") == PageFormat::html);
  CHECK(page_format("text/plain;charset=x") == PageFormat::plain_text);
  CHECK(page_format("text/markdown") == PageFormat::plain_text);
}

TEST_CASE("other types, and none, do not") {
  for (const char* type :
       {"", ";", "text", "text/", "text/htmlx", "application/pdf", "image/svg+xml", "text/xml",
        "application/octet-stream", "text/html, application/pdf"}) {
    INFO(type);
    CHECK_FALSE(page_format(type));
  }
}

TEST_CASE("first bytes of other formats are named") {
  CHECK(foreign_format("%PDF-1.7") == "PDF");
  CHECK(foreign_format("PK\x03\x04"sv) == "ZIP");
  CHECK(foreign_format("\x7f"
                       "ELF\x02"sv) == "ELF program");
  CHECK(foreign_format("MZ\x90\0\x03"sv) == "Windows program");
  CHECK(foreign_format("\x1f\x8b\x08"sv) == "gzip");
  CHECK(foreign_format("<html>\0</html>"sv) == "binary data");
}

TEST_CASE("text is text") {
  CHECK_FALSE(foreign_format(""));
  CHECK_FALSE(foreign_format("<!doctype html>"));
  CHECK_FALSE(foreign_format("MZ is a mark on old programs"));
  CHECK_FALSE(foreign_format("\xff\xfeh\0i\0"sv));
}
