#include <ctime>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "fetcher/extract/document.h"
#include "fetcher/extract/html_tree.h"

using seekd::ErrorCode;
using seekd::fetcher::extract_html;
using seekd::fetcher::HtmlTree;

namespace {

std::string repeat(std::size_t times, const std::string& text) {
  std::string out;
  out.reserve(times * text.size());
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string numbered(std::size_t times, const std::function<std::string(std::string)>& piece) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece(std::to_string(i));
  return out;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double nested_seconds_max = 20;  // what a sanitizer costs is not the page's fault
#else
constexpr double nested_seconds_max = 1;
#endif
constexpr double flood_seconds_max = 2 * nested_seconds_max;

// Ends soon, with an error that says too_large or with a document within bounds.
void check_ends(const std::string& html, double seconds_max = nested_seconds_max) {
  const std::clock_t start = std::clock();  // of this process: the host may be busy
  const auto document = extract_html(html, "text/html; charset=utf-8", "https://example.org/");
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CAPTURE(html.substr(0, 60), html.size(), took);
  CHECK(took < seconds_max);
  if (!document) {
    CHECK(document.error().code == ErrorCode::too_large);
  } else {
    std::size_t bytes = 0;
    for (const auto& block : document->blocks) bytes += block.text.size();
    CHECK(bytes <= 2 * html.size());
  }
}

}  // namespace

TEST_CASE("400,000 nested spans are refused", "[extract][hostile]") {
  const std::string html = repeat(400'000, "<span>") + "text";
  check_ends(html);
  const auto tree = HtmlTree::parse(html);
  REQUIRE(!tree);
  CHECK(tree.error().message.contains("nested"));
}

TEST_CASE("nesting in every way that is quadratic in a parser without limits ends within a second",
          "[extract][hostile]") {
  check_ends(repeat(60'000, "<font><div>"));
  check_ends(repeat(300'000, "<i>"));
  check_ends(repeat(100'000, "<table><tr><td>"));
  check_ends(repeat(100'000, "<table><b>"));
  check_ends(repeat(100'000, "<svg><g>"));
  check_ends(repeat(100'000, "<math><mi>"));
  check_ends(repeat(100'000, "<template>"));
  check_ends(repeat(100'000, "<select><option>"));
  check_ends(repeat(100'000, "<ul><li>"));
  check_ends(repeat(100'000, "<a><p>"));
  check_ends(repeat(100'000, "<button><nobr>"));
  check_ends(repeat(50'000, "<object><applet>"));
  check_ends(repeat(100'000, "<div></p></span>"));
}

TEST_CASE("formatting elements that each paragraph opens anew are refused", "[extract][hostile]") {
  const std::string opened = numbered(600, [](const std::string& n) { return "<b id=" + n + ">"; });
  check_ends(opened + repeat(100'000, "<p>x"));
  check_ends(opened + repeat(100'000, "</p>"));
  check_ends(opened + repeat(300'000, "</x>"));
  check_ends(numbered(50'000, [](const std::string& n) { return "<p><b id=" + n + ">x</p>"; }));
  check_ends(
      numbered(50'000, [](const std::string& n) { return "<table><td><font id=" + n + ">"; }));
  check_ends(repeat(500, "<b><div>") + repeat(100'000, "<br>") + repeat(100'000, "</b>"));
}

TEST_CASE("what is looked for again with every tag ends within a second", "[extract][hostile]") {
  check_ends(repeat(200'000, "<script><!--</script>"));
  check_ends(repeat(400'000, "<!-- --!>") + repeat(100'000, "<script><!--<script </script>"));
  check_ends(repeat(390'000, "a</x>"));
  check_ends(repeat(195'000, "<table>a</table>&amp;"));
  check_ends(repeat(1'000'000, "&amp;&nGt;&#x10FFFF;"));
  check_ends("<table>" + repeat(100'000, "<td>cell") + repeat(90'000, "<tr><td>"));
  check_ends("<div title=\"" + repeat(1'000'000, "&notin;") + "\">");
  check_ends("<b><p>" + repeat(100'000, "<br>") + repeat(100'000, "</b><b>"));
  check_ends(repeat(600, "<x-" + std::string(10'000, 'y') + ">") +
             repeat(800, "</x-" + std::string(9'999, 'y') + "z>"));
}

TEST_CASE("attributes without end are refused", "[extract][hostile]") {
  const auto attribute = [](const std::string& n) { return " a" + n; };
  const std::string many = numbered(200'000, attribute);
  check_ends("<p" + many + ">");
  check_ends("<p" + repeat(2'000'000, " a") + ">");
  check_ends("<script>\"<a b='</script><p" + many + ">");
  check_ends("<!-- <a b=\" --><p" + many + ">");
  check_ends("<svg><script><a" + many + "></script>");
  check_ends("</p" + many + ">");
  check_ends(repeat(10'000, "<p" + numbered(300, attribute) + ">"));
  const auto tree = HtmlTree::parse("<script>\"<a b='</script><p" + many + ">");
  REQUIRE(!tree);
  CHECK(tree.error().message.contains("attributes"));
}

TEST_CASE("sixteen megabytes of anything end within a worker's two seconds", "[extract][hostile]") {
  constexpr std::size_t bytes = 16 << 20;
  for (const std::string piece : {"<",
                                  "<p",
                                  "<p>",
                                  "</p>",
                                  "</",
                                  "<!--",
                                  "&amp;",
                                  "&",
                                  "a ",
                                  "<p>a",
                                  "<a<a",
                                  "\"<a='",
                                  "<td>",
                                  "<title>",
                                  "<script>",
                                  "<!doctype ",
                                  "\xFF",
                                  "\n",
                                  "<a href=x>y</a>",
                                  "<br>",
                                  "<a =\">'"}) {
    check_ends(repeat(bytes / piece.size(), piece), flood_seconds_max);
  }
  check_ends("<p>" + std::string(bytes - 3, 'x'), flood_seconds_max);
  check_ends("<p title='" + std::string(bytes - 20, 'x') + "'>", flood_seconds_max);
  check_ends("<p " + std::string(bytes - 20, 'x') + ">", flood_seconds_max);
  check_ends("<div style='" + repeat(bytes / 20, "color:red;") + "'>", flood_seconds_max);
  check_ends("<div class='" + repeat(bytes / 20, "comment ") + "'>", flood_seconds_max);
}

TEST_CASE("a page over sixteen megabytes is refused", "[extract][hostile]") {
  const auto document = extract_html(std::string((16 << 20) + 1, 'x'), "text/html", "");
  REQUIRE(!document);
  CHECK(document.error().code == ErrorCode::too_large);
}

TEST_CASE("a page may nest deeper than any real page and is read", "[extract][hostile]") {
  const auto document =
      extract_html(repeat(500, "<div>") + "the one paragraph of this page", "text/html", "");
  REQUIRE(document);
  REQUIRE(document->blocks.size() == 1);
  CHECK(document->blocks[0].text == "the one paragraph of this page");
}

TEST_CASE("512 elements may be open at once, and no more", "[extract][hostile]") {
  const std::string text = "the one paragraph of this page";  // html and body are open, too
  CHECK(extract_html(repeat(510, "<div>") + text, "text/html", ""));
  const auto document = extract_html(repeat(511, "<div>") + text, "text/html", "");
  REQUIRE(!document);
  CHECK(document.error().message.contains("512 deep"));
}

TEST_CASE("a long list of real size is no attack", "[extract][hostile]") {
  const auto document = extract_html(
      "<ul>" + repeat(20'000, "<li class=a id=b>one of the items of a long list, with words</li>") +
          "</ul>",
      "text/html", "");
  REQUIRE(document);
  CHECK(document->blocks.size() > 15'000);
}

TEST_CASE("an empty page, and one of nulls, is a document without blocks", "[extract][hostile]") {
  CHECK(extract_html("", "", "")->blocks.empty());
  CHECK(extract_html(std::string(1000, '\0'), "", "")->blocks.empty());
}
