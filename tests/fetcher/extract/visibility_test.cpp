#include "fetcher/extract/visibility.h"

#include <string>

#include <catch2/catch.hpp>

#include "fetcher/extract/document.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/text_blocks.h"

using seekd::fetcher::extract_html;
using seekd::fetcher::extract_links;
using seekd::fetcher::HtmlTree;
using seekd::fetcher::read_blocks;
using seekd::fetcher::style_hides;

namespace {

// All text that the page shows, before anything of it is chosen.
std::string everything(const std::string& html) {
  const auto tree =
      HtmlTree::parse("<body><p>A paragraph that every reader of this page can see.</p>" + html);
  REQUIRE(tree);
  std::string all;
  for (const auto& b : read_blocks(*tree)) all += b.block.text + '\n';
  const auto url = seekd::policy::parse_url("https://example.org/");
  for (const auto& link : extract_links(*tree, *url)) all += link.text + '\n';
  return all;
}

}  // namespace

TEST_CASE("what a reader does not see never leaves the page", "[extract][visibility]") {
  for (const std::string html : {
           "<!-- SECRET -->",
           "<script>SECRET</script>",
           "<style>SECRET</style>",
           "<template><p>SECRET</p></template>",
           "<p hidden>SECRET</p>",
           "<p aria-hidden=true>SECRET</p>",
           "<p style='display:none'>SECRET</p>",
           "<p style='DISPLAY : NONE !important'>SECRET</p>",
           "<p style='display:/**/none'>SECRET</p>",
           "<div style='visibility: hidden'><p>SECRET</p></div>",
           "<p style='display:/*;*/none/*'>SECRET</p>",
           "<p style='d\\69 splay:n\\00006fne'>SECRET</p>",
           "<p style='display:\\none'>SECRET</p>",
           "<p style='font-size:0'>SECRET</p>",
           "<p style='font-size:0.0px;color:red'>SECRET</p>",
           "<p style='width:0;height:0;overflow:hidden'>SECRET</p>",
           "<select><option>SECRET</option></select>",
           "<textarea>SECRET</textarea>",
           "<iframe>SECRET</iframe>",
           "<noembed>SECRET</noembed>",
           "<svg><text>SECRET</text></svg>",
           "<span class='sr-only'>SECRET</span>",
           "<p style='display:none'><a href='/x'>SECRET</a></p>",
           "<math><annotation-xml><p style='display:none'>SECRET",
           "<table style='display:none'><tr><td>SECRET</td></tr></table>",
       }) {
    CAPTURE(html);
    const std::string text = everything(html);
    CHECK(!text.contains("SECRET"));
    CHECK(text.contains("every reader"));
  }
}

TEST_CASE("zero-width, bidirectional and tag characters are taken out of what is shown",
          "[extract][visibility]") {
  const std::string text = everything(
      "<p>ig\u200Bno\u202Ere \U000E0041this and read on in the sentence that follows it.</p>");
  CHECK(text.contains("ignore this and read"));
}

TEST_CASE("an inline style that hides is told from one that does not", "[extract][visibility]") {
  CHECK(style_hides("color:red; display:none"));
  CHECK(style_hides("height:0px"));
  CHECK(!style_hides(""));
  CHECK(!style_hides("display:block"));
  CHECK(!style_hides("width:0.5em"));
  CHECK(!style_hides("width:05px"));
  CHECK(!style_hides("min-height:0"));
  CHECK(!style_hides("none"));
  CHECK(!style_hides(":;:;;"));
  CHECK(!style_hides("/*display:none*/"));
  CHECK(!style_hides("display:block\\"));
  CHECK(!style_hides("/"));
}

TEST_CASE("a page that hides its body until scripts ran is read", "[extract][visibility]") {
  const auto document = extract_html(
      "<body style='visibility:hidden'><p>The article that the script would show.</p>", "", "");
  REQUIRE(document);
  CHECK(document->blocks.size() == 1);
}
