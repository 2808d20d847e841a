#include "fetcher/extract/content_type.h"

#include <string>

#include <catch2/catch.hpp>

using namespace seekd::fetcher;
using namespace std::string_view_literals;

TEST_CASE("the types of the list become pages, whatever their case and parameters") {
  CHECK(page_format("text/html") == PageFormat::html);
  CHECK(page_format("Text/HTML ; charset=utf-8") == PageFormat::html);
  CHECK(page_format("application/xhtml+xml") == PageFormat::html);
  CHECK(page_format("text/plain;charset=x") == PageFormat::plain_text);
  CHECK(page_format("text/markdown") == PageFormat::markdown);
  CHECK(page_format("application/pdf") == PageFormat::pdf);
  for (const char* type : {"text/xml", "application/rss+xml", "application/gzip"}) {
    CHECK(page_format(type) == PageFormat::xml);
  }
  for (const char* type : {"application/json", "application/feed+json", "application/ld+json"}) {
    CHECK(page_format(type) == PageFormat::json);
  }
}

TEST_CASE("other types, and none, do not") {
  for (const char* type :
       {"", ";", "text", "text/", "text/htmlx", "image/svg+xml", "application/zip", "image/+json",
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

TEST_CASE(
    "the zeroes of UTF-16 are those of text, with a byte-order mark or without, declared or not") {
  CHECK_FALSE(foreign_format("<\0p\0>\0h\0i\0"sv));
  CHECK_FALSE(foreign_format("\0<\0p\0>\0h\0i"sv));
  CHECK(foreign_format("\1\0\2\0\3\0\4\0\5\0"sv) == "binary data");
  CHECK(foreign_format("a\0\0\0b\0\0\0c\0\0\0d\0\0\0"sv) == "binary data");  // UTF-32, or numbers
  const auto chinese = "\x2d\x4e\x87\x65\x0a\x00\x2d\x4e\x87\x65"sv;
  CHECK(contradiction(PageFormat::plain_text, chinese, "text/plain") == "binary data");
  CHECK_FALSE(contradiction(PageFormat::plain_text, chinese, "text/plain; charset=utf-16"));
  CHECK(contradiction(PageFormat::plain_text, "PK\x03\x04"sv, "text/plain; charset=utf-16") ==
        "ZIP");
}

TEST_CASE("a PDF has its mark within the first bytes (ISO 32000-1 Annex H)") {
  CHECK_FALSE(contradiction(PageFormat::pdf, "%PDF-1.7", ""));
  CHECK_FALSE(contradiction(PageFormat::pdf, "junk\n%PDF-1.7", ""));
  CHECK(contradiction(PageFormat::pdf, "<html>", ""));
  CHECK(contradiction(PageFormat::pdf, std::string(2000, ' ') + "%PDF-1.7", ""));
  CHECK(contradiction(PageFormat::json, "%PDF-1.7", "") == "PDF");
}

TEST_CASE("a feed that is served as HTML or as text is a feed (MIME Sniffing §7.3)") {
  for (const char* body :
       {"<rss version='2.0'>", "\xEF\xBB\xBF <?xml version='1.0'?>\n<!-- <html> --><feed>",
        "<!DOCTYPE rss><rss>", "<urlset>", "<rdf:RDF "}) {
    CHECK(settled_format(PageFormat::html, body) == PageFormat::xml);
    CHECK(settled_format(PageFormat::plain_text, body) == PageFormat::xml);
    CHECK(settled_format(PageFormat::json, body) == PageFormat::json);
  }
  for (const char* body :
       {"", "<!DOCTYPE html><html>", "<feedback>", "text <rss>", "<!-- <rss> "}) {
    CHECK(settled_format(PageFormat::html, body) == PageFormat::html);
  }
}

TEST_CASE("without a type the first bytes decide, and HTML where they say nothing") {
  CHECK(guessed_format("%PDF-1.4") == PageFormat::pdf);
  CHECK(guessed_format("\x1f\x8b") == PageFormat::xml);
  CHECK(guessed_format("<?xml version='1.0'?><rss>") == PageFormat::xml);
  CHECK(guessed_format(" {\"a\": 1}") == PageFormat::json);
  CHECK(guessed_format("hello") == PageFormat::html);
}
