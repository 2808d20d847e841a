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

TEST_CASE("a frame that counts visitors without scripts does not hold the rest of the page",
          "[extract][document]") {
  const std::string frame = "<noscript><iframe src='https://c.example/ns.html' /></noscript>";
  const std::string text = "<p>Some text of this page that its reader came for.</p>";
  for (const std::string& page :
       {"<html><head>" + frame + "</head><body>" + text, "<html><body>" + frame + text}) {
    const auto document = extract_html(page, "text/html", "https://example.org/a");
    REQUIRE(document);
    CHECK(document->blocks.size() == 1);
  }
}

TEST_CASE("a URL that is none is an error", "[extract][document]") {
  const auto document = extract_html("<p>x", "text/html", "not a url");
  REQUIRE(!document);
  CHECK(document.error().code == seekd::ErrorCode::invalid_argument);
}
