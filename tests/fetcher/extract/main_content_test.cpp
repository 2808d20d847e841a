#include "fetcher/extract/main_content.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::fetcher::extract_main_content;
using seekd::fetcher::HtmlTree;
using seekd::fetcher::read_claims;

namespace {

constexpr std::array paragraphs{
    "The committee met on Tuesday and agreed, after a long debate, that the bridge will be closed "
    "in May, when the river is low and the schools are on holiday.",
    "Its cables were found to be worn in the winter of 2022, but the money for new ones was voted "
    "only last month. Engineers had warned that another frost could force them to act at once.",
    "About 20,000 vehicles cross the bridge each day. They will be sent over the old dam, which is "
    "eleven kilometres longer; a ferry will carry people on foot free of charge.",
    "\"If we wait another winter, there will be nothing left to repair,\" the mayor said before "
    "the "
    "vote. She added that the ferry had been ordered and would come in April.",
    "Shops along the quay fear for their summer. The city has promised them a lower rent for as "
    "long as the work goes on, and signs that lead visitors to their doors.",
};

std::vector<Block> blocks_of(const std::string& html) {
  const auto tree = HtmlTree::parse(html);
  REQUIRE(tree);
  return extract_main_content(*tree, read_claims(*tree, std::nullopt), std::nullopt);
}

std::string text_of(const std::string& html) {
  return seekd::snapshot_text(blocks_of(html));
}

std::string story() {
  std::string all = "<h1>Harbour bridge to close in May</h1>";
  for (const char* paragraph : paragraphs) all += std::string("<p>") + paragraph + "</p>";
  return all;
}

// A news page as they are built, with something beside or below its story.
std::string page(const std::string& in_article, const std::string& below = {}) {
  return R"(<html lang=en><head><title>Harbour bridge to close in May - Courier</title></head><body>
    <header class=site-header><a href=/>Courier</a><nav class=main-menu><ul>
    <li><a href=/news>News</a><li><a href=/sport>Sport</a><li><a href=/weather>Weather</a></ul></nav></header>
    <main><article class=post><div class=entry-content>)" +
         story() + in_article + "</div></article>" + below +
         R"(</main><footer class=site-footer><ul><li><a href=/about>About us</a>
    <li><a href=/privacy>Privacy policy</a></ul><p>Copyright 2024 Courier. All rights reserved.</p></footer>)";
}

bool holds_story(const std::string& text) {
  return std::ranges::all_of(paragraphs, [&](const char* part) { return text.contains(part); });
}

}  // namespace

TEST_CASE("an article is read in its order, and what stands around it is left out",
          "[extract][content]") {
  const std::string text = text_of(page(""));
  std::size_t at = 0;
  for (const char* part : paragraphs) {
    const std::size_t found = text.find(part);
    REQUIRE(found != std::string::npos);
    CHECK(found >= at);
    at = found;
  }
  for (const char* around : {"Sport", "About us", "Copyright"}) CHECK(!text.contains(around));
}

TEST_CASE("furniture is left out", "[extract][content]") {
  for (const std::string& furniture : std::vector<std::string>{
           "<nav class=pager><a href=/1>FURNITURE one</a> <a href=/2>Next story</a></nav>",
           "<aside class=related-posts><h3>Related stories</h3><ul><li><a href=/a>FURNITURE of the "
           "old dam</a><li><a href=/b>Ferry doubles its boats</a></ul></aside>",
           "<div class=newsletter><form action=/s><p>FURNITURE: get our newsletter in your inbox. "
           "<label>Email</label><input name=e><button>Sign up</button></form></div>",
           "<div class='share social'><ul><li><a href=//f>FURNITURE on Facebook</a><li><a "
           "href=//t>Tweet</a></ul></div>",
           "<div role=navigation class=breadcrumb><a href=/>FURNITURE</a> <a "
           "href=/n>News</a></div>",
           "<div class='related'><ul><li><a href=/a>FURNITURE</a></ul></div>",
           "<p><a href=/other>Read this other FURNITURE of ours</a></p>",
       }) {
    CAPTURE(furniture);
    const std::string text = text_of(page("", furniture));
    CHECK(!text.contains("FURNITURE"));
    CHECK(holds_story(text));
  }
}

TEST_CASE("a consent wall is left out, wherever it stands", "[extract][content]") {
  const std::string wall =
      "<div id=cookie-consent class='consent modal' role=dialog><h2>We value your "
      "privacy</h2><p>We "
      "and our 842 partners store and access information on a device, such as cookies, and process "
      "personal data for personalised ads and content measurement. You can change your settings at "
      "any time in our privacy policy.</p><button>Accept all</button><button>Reject "
      "all</button></div>";
  std::string before = page("");
  before.insert(before.find("<header"), wall);
  for (const std::string& html : {before, page("", wall)}) {
    const std::string text = text_of(html);
    CHECK(holds_story(text));
    CHECK(!text.contains("842 partners"));
    CHECK(!text.contains("Accept all"));
  }
}

TEST_CASE("readers' comments below an article are left out, however long they are",
          "[extract][content]") {
  std::string wall = "<section id=comments class=comments-area><h2>40 comments</h2><ol>";
  for (int i = 0; i < 40; ++i) {
    wall += "<li class=comment><p>READER " + std::to_string(i) +
            " says: I have crossed that bridge every day for thirty years, and they have never "
            "painted it once. What did they do with all the money that we paid, I wonder?</p></li>";
  }
  const std::string text = text_of(page("", wall + "</ol></section>"));
  CHECK(holds_story(text));
  CHECK(!text.contains("READER"));
}

TEST_CASE("comments are read where they are what the page is for", "[extract][content]") {
  std::string wall = "<h1>Which bike for a beginner?</h1><div id=comments>";
  for (const char* paragraph : paragraphs) {
    wall += std::string("<div class=comment><p>") + paragraph + "</p></div>";
  }
  CHECK(holds_story(text_of(wall + "</div>")));
}

TEST_CASE("a wrapper with a name of furniture keeps the page it wraps", "[extract][content]") {
  CHECK(holds_story(text_of("<div class='has-sidebar'>" + page("") + "</div>")));
  CHECK(holds_story(text_of("<form>" + story() + "</form>")));
}

TEST_CASE("no type of page ends up empty", "[extract][content]") {
  CHECK(!text_of("<nav><a href=/a>First</a> <a href=/b>Second</a></nav>").empty());
  CHECK(text_of("<ul><li><a href=/1>Shoe, 12 EUR</a><li><a href=/2>Boot, 20 EUR</a></ul>")
            .contains("Boot"));
  CHECK(text_of("Hello.") == "Hello.");
  CHECK(holds_story(text_of("<body><noscript>" + story() + "</noscript>")));
}

TEST_CASE("a table and a list of an article come with it", "[extract][content]") {
  const auto blocks = blocks_of(page(
      "<h2>What it costs</h2><table><tr><th>Year<th>Estimate in millions<tr><td>2022<td>7.5 before "
      "the tender<tr><td>2024<td>11.2 after the tender</table><h2>When it closes</h2><ul><li>From "
      "3 "
      "May the bridge is closed for lorries.<li>From 10 May it is closed for cars.</ul>"));
  const auto holds = [&](const Block& block) {
    return std::ranges::find(blocks, block) != blocks.end();
  };
  CHECK(holds({BlockKind::heading, 2, "What it costs"}));
  CHECK(holds({BlockKind::table_row, 0, "Year | Estimate in millions"}));
  CHECK(holds({BlockKind::table_row, 0, "2024 | 11.2 after the tender"}));
  CHECK(holds({BlockKind::list_item, 1, "From 10 May it is closed for cars."}));
}
