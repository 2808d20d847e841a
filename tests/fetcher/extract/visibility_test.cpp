#include "fetcher/extract/visibility.h"

#include <string>

#include <catch2/catch.hpp>

#include "fetcher/extract/document.h"
#include "fetcher/extract/inline_style.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/text_blocks.h"

using seekd::fetcher::extract_html;
using seekd::fetcher::extract_links;
using seekd::fetcher::HtmlTree;
using seekd::fetcher::read_blocks;
using seekd::fetcher::style_effect;
using seekd::fetcher::StyleEffect;

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

bool style_hides(const std::string& style) {
  return style_effect(style) == StyleEffect::hidden;
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
           "<p style='font-size:.05em'>SECRET</p>",
           "<p style='font:0/0 a'>SECRET</p>",
           "<p style='opacity:0'>SECRET</p>",
           "<p style='opacity:.01'>SECRET</p>",
           "<p style='filter:opacity(0%)'>SECRET</p>",
           "<p style='position:absolute;left:-9999px'>SECRET</p>",
           "<p style='top : -200vh; position : fixed'>SECRET</p>",
           "<p style='text-indent:-100em'>SECRET</p>",
           "<p style='margin-left:-5000px'>SECRET</p>",
           "<p style='transform: translateX(-9999px)'>SECRET</p>",
           "<p style='transform:rotate(1deg) scale( 0 )'>SECRET</p>",
           "<p style='clip: rect(0 0 0 0); position:absolute'>SECRET</p>",
           "<p style='clip:rect(1px, 1px, 1px, 1px)'>SECRET</p>",
           "<p style='clip-path: inset(50%)'>SECRET</p>",
           "<p style='clip-path:circle(0)'>SECRET</p>",
           "<p style='content-visibility:hidden'>SECRET</p>",
           "<p style='color:#FFF; background:white'>SECRET</p>",
           "<p style='background-color:rgb(0, 0, 0);color:#000000'>SECRET</p>",
           "<p style='color:transparent'>SECRET</p>",
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
  CHECK(style_effect("opacity:1") == StyleEffect::shown);
  CHECK(style_effect("opacity:0.5") == StyleEffect::shown);
  CHECK(style_effect("opacity:0") == StyleEffect::transparent);
  CHECK(style_effect("opacity:0;height:0") == StyleEffect::hidden);
  CHECK(!style_hides("left:-9999px"));
  CHECK(!style_hides("position:absolute;left:-5px"));
  CHECK(!style_hides("text-indent:-20px"));
  CHECK(!style_hides("font-size:12px"));
  CHECK(!style_hides("font-size:0.9em"));
  CHECK(!style_hides("font:12px/1 serif"));
  CHECK(!style_hides("clip:rect(0,100px,100px,0)"));
  CHECK(!style_hides("clip:auto"));
  CHECK(!style_hides("clip-path:inset(0)"));
  CHECK(!style_hides("transform:translateX(-100%)"));
  CHECK(!style_hides("transform:scale(0.9)"));
  CHECK(!style_hides("color:white;background:black"));
  CHECK(!style_hides(
      "color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text"));
}

TEST_CASE("a page that hides its body until scripts ran is read", "[extract][visibility]") {
  const auto document = extract_html(
      "<body style='visibility:hidden'><p>The article that the script would show.</p>", "", "");
  REQUIRE(document);
  CHECK(document->blocks.size() == 1);
}

TEST_CASE("a page that fades in is read, and what is transparent on a page that is shown is not",
          "[extract][visibility]") {
  CHECK(everything("<div style='opacity:0'><p>" + std::string(200, 'x') + " FADES</div>")
            .contains("FADES"));
  CHECK(!everything("<p>" + std::string(200, 'x') + "</p><p style='opacity:0'>SECRET")
             .contains("SECRET"));
}
