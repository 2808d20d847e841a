#include "fetcher/extract/main_content.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::fetcher::extract_main_content;
using seekd::fetcher::HtmlTree;

namespace {

const std::string prose =
    "The committee met on Tuesday and agreed, after a long debate, that the bridge will be closed "
    "in May.";

std::vector<Block> blocks_of(const std::string& html) {
  const auto tree = HtmlTree::parse(html);
  REQUIRE(tree);
  return extract_main_content(*tree);
}

std::string text_of(const std::string& html) {
  return seekd::snapshot_text(blocks_of(html));
}

std::string article(const std::string& inside) {
  return "<body><article><p>" + prose + "</p>" + inside + "<p>" + prose + " Again.</p></article>";
}

bool holds(const std::vector<Block>& blocks, const Block& block) {
  return std::ranges::find(blocks, block) != blocks.end();
}

}  // namespace

TEST_CASE("each kind of block is told by its element", "[extract][content]") {
  const auto blocks = blocks_of(article(R"(
      <h2>A <em>heading</em></h2>
      <ul><li>one<ul><li>nested</li></ul></li></ul>
      <dl><dt>term</dt><dd>meaning</dd></dl>
      <blockquote><p>Said by somebody.</p></blockquote>
      <figure><img src=x><figcaption>What it shows</figcaption></figure>)"));
  CHECK(holds(blocks, {BlockKind::heading, 2, "A heading"}));
  CHECK(holds(blocks, {BlockKind::list_item, 1, "one"}));
  CHECK(holds(blocks, {BlockKind::list_item, 2, "nested"}));
  CHECK(holds(blocks, {BlockKind::list_item, 1, "term"}));
  CHECK(holds(blocks, {BlockKind::quote, 0, "Said by somebody."}));
  CHECK(holds(blocks, {BlockKind::caption, 0, "What it shows"}));
  CHECK(blocks.front() == Block{BlockKind::paragraph, 0, prose});
}

TEST_CASE("a data table is a row of cells a block", "[extract][content]") {
  const auto blocks =
      blocks_of(article("<table><caption>Prices</caption><tr><th>City<th>Price</"
                        "tr><tr><td><p>Paris</p><td>12<br>EUR</table>"));
  CHECK(holds(blocks, {BlockKind::caption, 0, "Prices"}));
  CHECK(holds(blocks, {BlockKind::table_row, 0, "City | Price"}));
  CHECK(holds(blocks, {BlockKind::table_row, 0, "Paris | 12 EUR"}));
}

TEST_CASE("a cell is part of its row whatever it holds", "[extract][content]") {
  const auto blocks =
      blocks_of(article("<table><tr><td>a<td><pre>b\nc</pre><td><ul><li>d<li>e</"
                        "ul><td><blockquote>f</blockquote></table>"));
  CHECK(holds(blocks, {BlockKind::table_row, 0, "a | b c | d e | f"}));
}

TEST_CASE("a table that lays out the page is no data table", "[extract][content]") {
  const auto blocks =
      blocks_of("<table><tr><td><a href=/>Home</a><td><h1>Title</h1><p>" + prose + "</p></table>");
  CHECK(holds(blocks, {BlockKind::paragraph, 0, prose}));
}

TEST_CASE("code keeps its lines and its indentation", "[extract][content]") {
  const auto blocks = blocks_of(article("<pre><code>if x:\n    <b>return</b>  1\n</code></pre>"));
  CHECK(holds(blocks, {BlockKind::code, 0, "if x:\n    return  1"}));
}

TEST_CASE("white space collapses, and two line breaks end a paragraph", "[extract][content]") {
  const auto blocks = blocks_of(article("<p>one\n   two<br>three<br><br>four</p>"));
  CHECK(holds(blocks, {BlockKind::paragraph, 0, "one two\nthree"}));
  CHECK(holds(blocks, {BlockKind::paragraph, 0, "four"}));
}

TEST_CASE("furniture is left out", "[extract][content]") {
  for (const std::string furniture : {
           "<nav><p>FURNITURE in a sentence of some length, with a comma.</p></nav>",
           "<aside><p>FURNITURE in a sentence of some length, with a comma.</p></aside>",
           "<footer><p>FURNITURE in a sentence of some length, with a comma.</p></footer>",
           "<form><p>FURNITURE in a sentence of some length, with a comma.</p></form>",
           "<div role=navigation>FURNITURE in a sentence of some length.</div>",
           "<div class='cookie-banner'>FURNITURE in a sentence of some length.</div>",
           "<div id=postComments><p>FURNITURE in a sentence of some length, with a "
           "comma.</p></div>",
           "<div class='related'><ul><li><a href=/a>FURNITURE</a></ul></div>",
           "<button>FURNITURE</button>",
       }) {
    CAPTURE(furniture);
    CHECK(!text_of(article(furniture)).contains("FURNITURE"));
  }
}

TEST_CASE("a list of links inside an article points elsewhere and is left out",
          "[extract][content]") {
  CHECK(!text_of(article("<p><a href=/other>Read this other story of ours</a></p>"))
             .contains("other story"));
}

TEST_CASE("a wrapper with a name of furniture keeps the page it wraps", "[extract][content]") {
  CHECK(text_of("<div class='has-sidebar'>" + article("") + "</div>").contains("committee"));
  CHECK(text_of("<form>" + article("") + "</form>").contains("committee"));
}

TEST_CASE("no type of page ends up empty", "[extract][content]") {
  CHECK(text_of("<nav><a href=/a>First</a> <a href=/b>Second</a></nav>").contains("First"));
  CHECK(text_of("<ul><li><a href=/1>Shoe, 12 EUR</a><li><a href=/2>Boot, 20 EUR</a></ul>")
            .contains("Boot"));
  CHECK(text_of("<div id=comments><p>" + prose + "</p><p>" + prose + "</p></div>")
            .contains("committee"));
  CHECK(text_of("Hello.") == "Hello.");
  CHECK(text_of("<body><noscript><p>" + prose + "</p></noscript>").contains("committee"));
}

TEST_CASE("the article is chosen, not what stands beside it", "[extract][content]") {
  std::string long_article;
  for (int i = 0; i < 20; ++i) long_article += "<p>" + prose + "</p>";
  const std::string text = text_of(
      "<body><div><div>" + long_article +
      "</div><div><p>BESIDE it stands a teaser of some other story, in words.</p></div></div>");
  CHECK(text.contains("committee"));
  CHECK(!text.contains("BESIDE"));
}
