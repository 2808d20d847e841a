#include "fetcher/extract/document.h"

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::fetcher::extract_html;
using seekd::fetcher::extract_plain_text;

TEST_CASE("plain text is paragraphs between blank lines", "[extract][document]") {
  const auto document =
      extract_plain_text("one\r\nstill one\r\n \r\n\r\n# two\n", "text/plain; charset=utf-8");
  REQUIRE(document);
  CHECK(document->blocks == std::vector<Block>{{BlockKind::paragraph, 0, "one\nstill one"},
                                               {BlockKind::paragraph, 0, "# two"}});
  CHECK(extract_plain_text("", "text/plain")->blocks.empty());
}

TEST_CASE("Markdown has headings, and the first is the title (CommonMark §4.2)",
          "[extract][document]") {
  const auto document =
      extract_plain_text("intro\n## Title\ntext\n#no heading\n####### seven\n#", "text/markdown");
  REQUIRE(document);
  CHECK(document->metadata.title == "Title");
  CHECK(document->blocks[0] == Block{BlockKind::paragraph, 0, "intro"});
  CHECK(document->blocks[1] == Block{BlockKind::heading, 2, "Title"});
  CHECK(document->blocks[2] ==
        Block{BlockKind::paragraph, 0, "text\n#no heading\n####### seven\n#"});
}

TEST_CASE("control characters of plain text are left out", "[extract][document]") {
  CHECK(extract_plain_text("a\x1B[31mb\u200B", "text/plain")->blocks[0].text == "a[31mb");
}

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
