#include "fetcher/extract/plain_text.h"

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::Link;
using seekd::fetcher::read_markdown;
using seekd::fetcher::read_plain_text;

namespace {

const char* const url = "https://example.org/docs/readme.md";

std::vector<Block> markdown(std::string_view text) {
  return read_markdown(text, "text/markdown; charset=utf-8", url)->blocks;
}

}  // namespace

TEST_CASE("plain text is paragraphs between blank lines", "[extract][text]") {
  const auto document =
      read_plain_text("one\r\nstill one\r\n \r\n\r\n# two\n", "text/plain; charset=utf-8");
  REQUIRE(document);
  CHECK(document->blocks == std::vector<Block>{{BlockKind::paragraph, 0, "one\nstill one"},
                                               {BlockKind::paragraph, 0, "# two"}});
  CHECK(read_plain_text("", "text/plain")->blocks.empty());
}

TEST_CASE("control characters of plain text are left out", "[extract][text]") {
  CHECK(read_plain_text("a\x1B[31mb\u200B", "text/plain")->blocks[0].text == "a[31mb");
}

TEST_CASE("the URLs that plain text mentions are its links", "[extract][text]") {
  const auto document = read_plain_text(
      "See https://example.org/a, and (https://example.org/b).\n"
      "\nAgain: https://example.org/a",
      "text/plain");
  CHECK(document->links ==
        std::vector<Link>{{"https://example.org/a", ""}, {"https://example.org/b", ""}});
}

TEST_CASE("Markdown has headings, and the first is the title (CommonMark §4.2)",
          "[extract][text]") {
  const auto document =
      read_markdown("intro\n\n## Title\ntext\n#no heading\n", "text/markdown", url);
  REQUIRE(document);
  CHECK(document->metadata.title == "Title");
  CHECK(document->blocks == std::vector<Block>{{BlockKind::paragraph, 0, "intro"},
                                               {BlockKind::heading, 2, "Title"},
                                               {BlockKind::paragraph, 0, "text #no heading"}});
}

TEST_CASE("Markdown's lists, code, quotes and tables are blocks of their kind", "[extract][text]") {
  CHECK(markdown("- one\n- two\n  - below\n") ==
        std::vector<Block>{{BlockKind::list_item, 1, "one"},
                           {BlockKind::list_item, 1, "two"},
                           {BlockKind::list_item, 2, "below"}});
  CHECK(markdown("```sh\nif a\n  then b\n```\n") ==
        std::vector<Block>{{BlockKind::code, 0, "if a\n  then b"}});
  CHECK(markdown("> said\n") == std::vector<Block>{{BlockKind::quote, 0, "said"}});
  CHECK(markdown("| a | b |\n|---|---|\n| 1 | 2 |\n").back() ==
        Block{BlockKind::table_row, 0, "1 | 2"});
}

TEST_CASE("Markdown's links are resolved, and its emphasis is no text", "[extract][text]") {
  const auto document = read_markdown(
      "A *very* **good** [guide](../guide.html) at <https://example.com/>.", "text/markdown", url);
  CHECK(document->blocks[0].text == "A very good guide at https://example.com/.");
  CHECK(document->links == std::vector<Link>{{"https://example.org/guide.html", "guide"},
                                             {"https://example.com/", "https://example.com/"}});
}

TEST_CASE("what Markdown hides as HTML stays hidden", "[extract][text]") {
  const auto blocks = markdown(
      "shown\n\n<!-- comment -->\n<p hidden>secret</p>\n"
      "<div style=\"display:none\">secret</div>\n\n<script>secret</script>");
  CHECK(blocks == std::vector<Block>{{BlockKind::paragraph, 0, "shown"}});
}

TEST_CASE("front matter gives metadata and is no text", "[extract][text]") {
  const auto document = read_markdown(
      "---\ntitle: \"A guide\"\nauthor: Someone\ndate: 2026-03-01\ndraft: true\n---\n# Other\n",
      "text/markdown", url);
  CHECK(document->metadata.title == "A guide");
  CHECK(document->metadata.author == "Someone");
  CHECK(document->metadata.published == "2026-03-01");
  CHECK(document->blocks == std::vector<Block>{{BlockKind::heading, 1, "Other"}});
}

TEST_CASE("a rule at the start that never ends is no front matter", "[extract][text]") {
  CHECK(markdown("---\ntitle: x\n\ntext\n").back().text == "text");
}

TEST_CASE("Markdown that is built to nest is refused or read, and ends", "[extract][text]") {
  std::string quotes(100'000, '>');
  std::string brackets(100'000, '[');
  std::string emphasis;
  for (int i = 0; i < 50'000; ++i) emphasis += "*a_";
  for (const std::string& text : {quotes, brackets, emphasis}) {
    const auto document = read_markdown(text, "text/markdown", url);
    CHECK((document || document.error().code == seekd::ErrorCode::too_large));
  }
}
