#include "fetcher/extract/raw_text_cut.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "fetcher/extract/html_tree.h"

using seekd::fetcher::cut_raw_text;
using seekd::fetcher::HtmlTree;

namespace {

const std::string filler(100, ';');

// The tree's elements and texts in document order, as one line; what a script or a style sheet
// holds left out.
std::string outline(const std::string& html) {
  const auto tree = HtmlTree::parse(html);
  REQUIRE(tree);
  std::string out;
  for (const auto& node : tree->nodes()) {
    const GumboTag parent = tree->nodes()[node.parent].tag;
    if (!node.is_text()) {
      out += "<" + std::string(gumbo_normalized_tagname(node.tag)) + ">";
    } else if (parent != GUMBO_TAG_SCRIPT && parent != GUMBO_TAG_STYLE) {
      out += node.text;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("scripts and style sheets are cut, and their tags stay", "[extract][cut]") {
  const auto cut = cut_raw_text("<p>a<SCRIPT src='>'>" + filler + "<p></Script >b<style>" + filler +
                                "</style/>c");
  CHECK(cut.html == "<p>a<SCRIPT src='>'></Script >b<style></style/>c");
  CHECK(cut.tags == std::vector<std::size_t>{4, 31});
}

TEST_CASE("what is no script's text is not cut", "[extract][cut]") {
  for (const std::string& html : std::vector<std::string>{
           "<!-- <script>" + filler + "</script> -->",
           "<p title='<script>" + filler + "</script>'>",
           "<textarea><script>" + filler + "</script></textarea>",
           "<title><style>" + filler + "</style></title>",
           "<svg><style>" + filler + "</style></svg>",
           "<plaintext><script>" + filler + "</script>",
           "<script>" + filler,
           "<script>" + filler + "</scripts>",
           "<script type='application/LD+json'>" + filler + "</script>",
           "<script><!--" + filler + "<script></script>" + filler + "</script>",
       }) {
    CAPTURE(html);
    CHECK(cut_raw_text(html).html == html);
  }
}

TEST_CASE("a page that leads the quick reading astray is parsed whole", "[extract][cut]") {
  // gumbo ignores the tags of a style sheet inside of a select, and of a script inside of a
  // frameset; inside of <math> they open no raw text.
  const std::string hidden = "<div hidden>" + std::string(100, 'x');
  for (const auto& [opens, raw] : std::vector<std::pair<std::string, std::string>>{
           {"<select>", "style"}, {"<math>", "style"}, {"<math>", "script"}}) {
    const std::string html =
        opens + "<" + raw + "><p>" + hidden + "</" + raw + "></select></math>SECRET";
    CAPTURE(html);
    REQUIRE(!cut_raw_text(html).tags.empty());
    CHECK(outline(html).contains(std::string(100, 'x')));
  }
}

TEST_CASE("the tree is that of the whole text", "[extract][cut]") {
  const std::string raw = "<script>" + filler + "if (a<b) '<p>'</script>";
  for (const std::string& around : std::vector<std::string>{
           "@<p>a",
           "<p>a@b</p>@",
           "<table>@<tr>@<td>x@</table>",
           "<template>@<p>a</template>",
           "<select>@<option>a</select>",
           "<noscript>@<p>a</noscript>",
           "<svg><foreignObject>@<p>a</foreignObject></svg>",
           "<b><p>a</b>@b</p>",
           "<head>@</head>@<body>@",
           "<body>a</body>@</html>@",
       }) {
    std::string with = around;
    std::string empty = around;
    for (std::size_t at = with.find('@'); at != with.npos; at = with.find('@', at)) {
      with.replace(at, 1, raw);
    }
    for (std::size_t at = empty.find('@'); at != empty.npos; at = empty.find('@', at)) {
      empty.replace(at, 1, "<script></script>");
    }
    CAPTURE(around);
    CHECK(outline(with) == outline(empty));
  }
}
