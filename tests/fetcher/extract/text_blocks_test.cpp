#include "fetcher/extract/text_blocks.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::fetcher::HtmlTree;

namespace {

const std::string prose =
    "The committee met on Tuesday and agreed, after a long debate, that the bridge will be closed "
    "in May.";

std::vector<Block> blocks_of(const std::string& html) {
  const auto tree = HtmlTree::parse(html);
  REQUIRE(tree);
  std::vector<Block> blocks;
  for (auto& b : read_blocks(*tree)) {
    blocks.push_back(std::move(b.block));
  }
  return blocks;
}

std::string article(const std::string& inside) {
  return "<body><article><p>" + prose + "</p>" + inside + "<p>" + prose + " Again.</p></article>";
}

bool holds(const std::vector<Block>& blocks, const Block& block) {
  return std::ranges::find(blocks, block) != blocks.end();
}

}  // namespace

TEST_CASE("each kind of block is told by its element", "[extract][blocks]") {
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

TEST_CASE("a data table is a row of cells a block", "[extract][blocks]") {
  const auto blocks =
      blocks_of(article("<table><caption>Prices</caption><tr><th>City<th>Price</"
                        "tr><tr><td><p>Paris</p><td>12<br>EUR</table>"));
  CHECK(holds(blocks, {BlockKind::caption, 0, "Prices"}));
  CHECK(holds(blocks, {BlockKind::table_row, 0, "City | Price"}));
  CHECK(holds(blocks, {BlockKind::table_row, 0, "Paris | 12 EUR"}));
}

TEST_CASE("a cell is part of its row whatever it holds", "[extract][blocks]") {
  const auto blocks =
      blocks_of(article("<table><tr><td>a<td><pre>b\nc</pre><td><ul><li>d<li>e</"
                        "ul><td><blockquote>f</blockquote></table>"));
  CHECK(holds(blocks, {BlockKind::table_row, 0, "a | b c | d e | f"}));
}

TEST_CASE("a table that lays out the page is no data table", "[extract][blocks]") {
  const auto blocks =
      blocks_of("<table><tr><td><a href=/>Home</a><td><h1>Title</h1><p>" + prose + "</p></table>");
  CHECK(holds(blocks, {BlockKind::paragraph, 0, prose}));
}

TEST_CASE("code keeps its lines and its indentation", "[extract][blocks]") {
  const auto blocks = blocks_of(article("<pre><code>if x:\n    <b>return</b>  1\n</code></pre>"));
  CHECK(holds(blocks, {BlockKind::code, 0, "if x:\n    return  1"}));
}

TEST_CASE("white space collapses, and two line breaks end a paragraph", "[extract][blocks]") {
  const auto blocks = blocks_of(article("<p>one\n   two<br>three<br><br>four</p>"));
  CHECK(holds(blocks, {BlockKind::paragraph, 0, "one two\nthree"}));
  CHECK(holds(blocks, {BlockKind::paragraph, 0, "four"}));
}
