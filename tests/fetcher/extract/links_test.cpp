#include "fetcher/extract/links.h"

#include <string>

#include <catch2/catch.hpp>

using seekd::Link;
using seekd::fetcher::base_url;
using seekd::fetcher::extract_links;
using seekd::fetcher::HtmlTree;

namespace {

std::vector<Link> links_of(const std::string& html,
                           const std::string& page = "https://example.org/dir/page") {
  const auto tree = HtmlTree::parse(html);
  REQUIRE(tree);
  std::optional<seekd::policy::Url> url;
  if (!page.empty()) url = *seekd::policy::parse_url(page);
  return extract_links(*tree, base_url(*tree, url));
}

}  // namespace

TEST_CASE("links are absolute, in document order and once for each wording", "[extract][links]") {
  const auto links = links_of(
      "<a href=other>One <b>two</b>\n three</a><a href='/dir/other#part'>One two three</a><a "
      "href='//b.example/x'><img alt='A picture'></a><a href=other>again</a>");
  REQUIRE(links.size() == 3);
  CHECK(links[0] == Link{"https://example.org/dir/other", "One two three"});
  CHECK(links[1] == Link{"https://b.example/x", "A picture"});
  CHECK(links[2] == Link{"https://example.org/dir/other", "again"});
}

TEST_CASE("a table of contents that stands twice is told twice", "[extract][links]") {
  const std::string table = "<ul><li><a href='#a'>A</a><li><a href='#b'>B</a></ul>";
  CHECK(links_of(table + table).size() == 4);
}

TEST_CASE("mail addresses and places in the page are links", "[extract][links]") {
  const auto links = links_of("<a href='mailto:a@b.c?subject=x'>b</a><a href='#top'>d</a>");
  REQUIRE(links.size() == 2);
  CHECK(links[0] == Link{"mailto:a@b.c", "b"});
  CHECK(links[1] == Link{"https://example.org/dir/page#top", "d"});
}

TEST_CASE("places in the page do not crowd out other links", "[extract][links]") {
  std::string html;
  for (int i = 0; i < 3000; ++i) html += "<a href='#" + std::to_string(i) + "'>x</a>";
  CHECK(links_of(html + "<a href='/other'>y</a>").back().text == "y");
}

TEST_CASE("what leads nowhere over the web or by mail is no link", "[extract][links]") {
  CHECK(links_of("<a href='javascript:x()'>a</a><a href='ftp://c.example/'>c</a>"
                 "<a href=''>e</a><a>f</a><a href='https://u:p@d.example/'>g</a><a "
                 "href='data:text/html,x'>h</a>")
            .empty());
}

TEST_CASE("<base href> moves relative references (HTML §4.2.3)", "[extract][links]") {
  const auto links = links_of("<base href='https://base.example/a/'><a href=x>x</a>");
  REQUIRE(links.size() == 1);
  CHECK(links[0].url == "https://base.example/a/x");
  CHECK(links_of("<base href='javascript:x'><a href=x>x</a>")[0].url ==
        "https://example.org/dir/x");
}

TEST_CASE("without a page URL absolute links remain", "[extract][links]") {
  const auto links = links_of("<a href=x>x</a><a href='https://a.example'>y</a>", "");
  REQUIRE(links.size() == 1);
  CHECK(links[0].url == "https://a.example/");
}

TEST_CASE("a page has at most 2,000 links", "[extract][links]") {
  std::string html;
  for (int i = 0; i < 5000; ++i) html += "<a href=/" + std::to_string(i) + ">x</a>";
  CHECK(links_of(html).size() == 2000);
}
