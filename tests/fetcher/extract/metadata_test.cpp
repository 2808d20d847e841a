#include "fetcher/extract/metadata.h"

#include <string>

#include <catch2/catch.hpp>

using seekd::PageMetadata;
using seekd::fetcher::HtmlTree;
using seekd::fetcher::PageClaims;
using seekd::fetcher::read_claims;

namespace {

PageClaims claims_of(const std::string& html) {
  const auto tree = HtmlTree::parse(html);
  REQUIRE(tree);
  return read_claims(*tree, *seekd::policy::parse_url("https://example.org/dir/page?q=1"));
}

PageMetadata metadata_of(const std::string& html) {
  return claims_of(html).metadata;
}

std::string json_ld(const std::string& json) {
  return "<script type=\"application/ld+json\">" + json + "</script>";
}

}  // namespace

TEST_CASE("the title is Open Graph's, else <title>, else JSON-LD's, else the first heading",
          "[extract][metadata]") {
  const std::string all =
      "<title>Element &amp; more</title><meta property=og:title content=Graph><h1>Heading</h1>";
  CHECK(metadata_of(all).title == "Graph");
  CHECK(metadata_of("<title> Element\n &amp; more </title><h1>Heading</h1>").title ==
        "Element & more");
  CHECK(metadata_of(json_ld(R"({"headline":"Linked"})") + "<h1>Heading</h1>").title == "Linked");
  CHECK(metadata_of("<h1>A <b>bold</b> heading</h1><h1>Second</h1>").title == "A bold heading");
  CHECK(metadata_of("<p>none").title.empty());
}

TEST_CASE("language, canonical URL, author and dates are read", "[extract][metadata]") {
  const PageMetadata m = metadata_of(
      "<html lang=de-AT><link rel=canonical href='../other'><meta name=author content='A. Writer'>"
      "<meta property='article:published_time' content='2024-05-01T08:00:00Z'>"
      "<meta property='article:modified_time' content='2024-06-01'>");
  CHECK(m.language == "de-AT");
  CHECK(m.canonical_url == "https://example.org/other");
  CHECK(m.author == "A. Writer");
  CHECK(m.published == "2024-05-01T08:00:00Z");
  CHECK(m.modified == "2024-06-01");
}

TEST_CASE("JSON-LD is read wherever the article stands in it", "[extract][metadata]") {
  const PageMetadata m = metadata_of(json_ld(R"({"@graph":[{"@type":"WebSite","name":"S"},
      {"@type":"NewsArticle","headline":"H","datePublished":"2023-01-02","dateModified":"2023-01-03",
       "author":[{"name":"One"},{"name":"Two"},"Three",7]}]})"));
  CHECK(m.author == "One, Two, Three");
  CHECK(m.published == "2023-01-02");
  CHECK(m.modified == "2023-01-03");
}

TEST_CASE("<time datetime> dates a page that says nothing else", "[extract][metadata]") {
  CHECK(metadata_of("<p><time datetime=2022-02-02>Feb</time>").published == "2022-02-02");
}

TEST_CASE("JSON-LD that is broken, deep or huge is left out", "[extract][metadata]") {
  CHECK(metadata_of(json_ld("{\"headline\":")).title.empty());
  CHECK(metadata_of(json_ld(std::string(100'000, '['))).title.empty());
  CHECK(metadata_of(json_ld("{\"headline\":\"" + std::string(1 << 20, 'x') + "\"}")).title.empty());
  CHECK(metadata_of(json_ld(R"({"headline":{"a":1},"author":{"name":[]}})")).author.empty());
}

TEST_CASE("a field is one line of visible characters and bounded", "[extract][metadata]") {
  CHECK(metadata_of("<title>a\u202Eb\n\tc</title>").title == "ab c");
  std::string accents;
  for (int i = 0; i < 400; ++i) accents += "é";
  const std::string title = metadata_of("<title>x" + accents + "</title>").title;
  CHECK(title.size() <= 500);
  CHECK(title.ends_with("é"));
}

TEST_CASE("a canonical URL that is no http URL is left out", "[extract][metadata]") {
  CHECK(metadata_of("<link rel=canonical href='javascript:alert(1)'>").canonical_url.empty());
  CHECK(metadata_of("<link rel=canonical href='http://user@host.example/'>").canonical_url.empty());
}

TEST_CASE("a title is without its site's name where the page shows which part it is",
          "[extract][metadata]") {
  CHECK(metadata_of("<title>Bread - Baking | Site</title><h1>Bread - Baking</h1>").title ==
        "Bread - Baking");
  CHECK(metadata_of("<title>Site – Bread</title><h1>Bread</h1>").title == "Bread");
  CHECK(metadata_of("<meta property=og:site_name content=Site><title>Bread | Site</title>").title ==
        "Bread");
  CHECK(metadata_of("<title>Bread | Butter</title><h1>Welcome</h1>").title == "Bread | Butter");
}

TEST_CASE("a byline below the heading names author and dates", "[extract][metadata]") {
  const PageMetadata m = metadata_of(
      "<div class=date>Today is May 7, 2024</div><h1>T</h1><div class=post-byline>By <a>Ada "
      "Writer</a></div><span class='entry-date published'>May 1, 2024</span><span "
      "class=post-date>Updated June 2, 2024</span>");
  CHECK(m.author == "Ada Writer");
  CHECK(m.published == "2024-05-01");
  CHECK(m.modified == "2024-06-02");
  CHECK(metadata_of("<h1>T</h1><a rel=author href=/a>Bo</a><b itemprop=datePublished "
                    "content=2024-05-01>x</b>")
            .published == "2024-05-01");
}

TEST_CASE("what is no name and no date is no byline", "[extract][metadata]") {
  for (const std::string html : {
           "<h1>T</h1><p class=author>12 articles</p><p class=date>soon</p>",
           "<h1>T</h1><p class=update>May 1, 2024</p><p class=candidate>May 1, 2024</p>",
           "<h1>T</h1><p class=author hidden>Ada</p><p class=date style='display:none'>May 1, "
           "2024</p>",
       }) {
    CAPTURE(html);
    CHECK(metadata_of(html).author.empty());
    CHECK(metadata_of(html).published.empty());
  }
}

TEST_CASE("feeds are Atom, RSS and JSON feeds with absolute URLs", "[extract][metadata]") {
  const auto feeds =
      claims_of(
          "<link rel=alternate type=application/rss+xml title=News href='../feed.xml'>"
          "<link rel=alternate type='application/atom+xml' href=https://feeds.example.org/atom>"
          "<link rel=alternate hreflang=de href=/de><link rel=stylesheet type=text/css href=/c>"
          "<link rel=alternate type=application/feed+json href='javascript:x'>")
          .metadata.feeds;
  CHECK(feeds == std::vector<seekd::Link>{{"https://example.org/feed.xml", "News"},
                                          {"https://feeds.example.org/atom", ""}});
}
