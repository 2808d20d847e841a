#include "fetcher/extract/document.h"

#include <catch2/catch.hpp>

using seekd::fetcher::extract_html;

TEST_CASE("a page is its metadata, blocks and links", "[extract][document]") {
  const auto document = extract_html(
      "<title>T</title><p>Some text of this page with <a href=/next>a link</a> in it.</p>",
      "text/html", "https://example.org/a");
  REQUIRE(document);
  CHECK(document->metadata.title == "T");
  REQUIRE(document->blocks.size() == 1);
  CHECK(document->blocks[0].text == "Some text of this page with a link in it.");
  CHECK(document->links == std::vector<seekd::Link>{{"https://example.org/next", "a link"}});
}

TEST_CASE("a URL that is none is an error", "[extract][document]") {
  const auto document = extract_html("<p>x", "text/html", "not a url");
  REQUIRE(!document);
  CHECK(document.error().code == seekd::ErrorCode::invalid_argument);
}
