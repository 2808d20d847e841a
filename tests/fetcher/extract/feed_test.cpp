// RSS, Atom and JSON Feed as pages with entries.
#include <catch2/catch.hpp>

#include "fetcher/extract/json_page.h"
#include "fetcher/extract/xml_page.h"

using namespace seekd;
using fetcher::Document;

namespace {

const char* const url = "https://example.org/blog/feed.xml";

Document read(std::string_view xml) {
  auto document = fetcher::read_xml(xml, "application/xml", url);
  REQUIRE(document);
  return *std::move(document);
}

std::string rss_item(int number) {
  return "<item><title>T" + std::to_string(number) + "</title><link>https://example.org/" +
         std::to_string(number) + "</link></item>";
}

}  // namespace

TEST_CASE("RSS 2.0: entries with URL, title and date, and their text as blocks",
          "[extract][feed]") {
  const Document document = read(R"(<?xml version="1.0"?>
<rss version="2.0" xmlns:content="c" xmlns:atom="a" xmlns:media="m"><channel>
  <title>News &amp; notes</title><link>https://example.org/</link>
  <atom:link rel="self" href="https://example.org/self"/>
  <description>All of it</description><language>en-gb</language>
  <lastBuildDate>Sun, 01 Mar 2026 12:00:00 GMT</lastBuildDate>
  <image><title>logo</title><url>x</url><link>https://example.org/logo</link></image>
  <item>
    <title>First</title><link> https://example.org/1 </link><pubDate>Sun, 01 Mar 2026 11:00:00 GMT</pubDate>
    <media:content><media:title>no title</media:title></media:content>
    <description>summary</description>
    <content:encoded><![CDATA[<h1>Head</h1><p>Full <b>text</b> with <a href="/more">more</a>.</p><p hidden>secret</p>]]></content:encoded>
  </item>
  <item><guid>https://example.org/2</guid><title>Second</title><description>&lt;p&gt;One&lt;/p&gt;</description></item>
  <item><guid isPermaLink="false">tag:2</guid><title>Without a page</title></item>
</channel></rss>)");
  CHECK(document.kind == PageKind::feed);
  CHECK(document.metadata.title == "News & notes");
  CHECK(document.metadata.language == "en-gb");
  CHECK(document.metadata.modified == "2026-03-01T12:00:00Z");
  CHECK(document.entries ==
        std::vector<PageEntry>{{"https://example.org/1", "First", "2026-03-01T11:00:00Z", ""},
                               {"https://example.org/2", "Second", "", ""}});
  CHECK(document.entries_total == 3);
  CHECK(document.blocks == std::vector<Block>{{BlockKind::heading, 1, "News & notes"},
                                              {BlockKind::paragraph, 0, "All of it"},
                                              {BlockKind::heading, 2, "First"},
                                              {BlockKind::heading, 3, "Head"},
                                              {BlockKind::paragraph, 0, "Full text with more."},
                                              {BlockKind::heading, 2, "Second"},
                                              {BlockKind::paragraph, 0, "One"},
                                              {BlockKind::heading, 2, "Without a page"}});
  CHECK(document.links == std::vector<Link>{{"https://example.org/", "News & notes"},
                                            {"https://example.org/1", "First"},
                                            {"https://example.org/2", "Second"}});
}

TEST_CASE("RSS 1.0: items beside their channel", "[extract][feed]") {
  const Document document = read(R"(<rdf:RDF xmlns:rdf="r" xmlns:dc="d" xmlns="s">
<channel rdf:about="x"><title>Old</title><link>https://example.org/</link><items><rdf:Seq/></items></channel>
<item rdf:about="y"><title>One</title><link>https://example.org/1</link><dc:date>2026-03-01</dc:date></item>
</rdf:RDF>)");
  CHECK(document.metadata.title == "Old");
  CHECK(document.entries ==
        std::vector<PageEntry>{{"https://example.org/1", "One", "2026-03-01", ""}});
}

TEST_CASE("RFC 4287: Atom's links, text constructs and dates", "[extract][feed]") {
  const Document document = read(
      R"(<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.org/base/">
<title type="html">A &amp;lt;b&amp;gt; title</title><updated>2026-03-01T12:00:00Z</updated>
<link rel="self" href="feed"/><link href="index.html"/>
<entry><title>x &lt; y</title><id>urn:1</id><link rel="edit" href="edit"/><link rel="alternate" href="one"/>
<published>2026-02-01T00:00:00+01:00</published><updated>2026-02-02T00:00:00Z</updated>
<author><name>Nobody</name></author><summary>short</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Marked <em>up</em> &lt;text&gt;</p><p style="display:none">secret</p></div></content></entry>
<entry><title>Plain</title><link href="two"/><content>a &lt;b&gt; c</content></entry>
</feed>)");
  CHECK(document.metadata.title == "A <b> title");
  CHECK(document.metadata.language == "de");
  CHECK(document.entries ==
        std::vector<PageEntry>{{"https://example.org/base/one", "x < y", "2026-01-31T23:00:00Z",
                                "2026-02-02T00:00:00Z"},
                               {"https://example.org/base/two", "Plain", "", ""}});
  CHECK(document.blocks == std::vector<Block>{{BlockKind::heading, 1, "A <b> title"},
                                              {BlockKind::heading, 2, "x < y"},
                                              {BlockKind::paragraph, 0, "Marked up <text>"},
                                              {BlockKind::heading, 2, "Plain"},
                                              {BlockKind::paragraph, 0, "a <b> c"}});
}

TEST_CASE("a feed whose names all have a prefix is one all the same", "[extract][feed]") {
  const Document document = read(
      "<a:feed xmlns:a='x'><a:title>T</a:title><a:entry><a:title>E</a:title>"
      "<a:link href='https://example.org/e'/></a:entry></a:feed>");
  CHECK(document.entries == std::vector<PageEntry>{{"https://example.org/e", "E", "", ""}});
}

TEST_CASE("a feed is decoded by its XML declaration", "[extract][feed]") {
  const Document document = read(
      "<?xml version='1.0' encoding='GB2312'?><rss><channel><title>\xC4\xE3\xBA\xC3</title>"
      "</channel></rss>");
  CHECK(document.metadata.title == "你好");
}

TEST_CASE("of a feed that breaks off, the whole entries count", "[extract][feed]") {
  const Document document =
      read("<rss><channel>" + rss_item(1) + rss_item(2) + "<item><title>T3</titl");
  CHECK(document.entries.size() == 2);
  CHECK_FALSE(fetcher::read_xml("<rss><channel><item>", "text/xml", url));
}

TEST_CASE("a feed that declares entities is refused, however many entries it has",
          "[extract][feed]") {
  const auto document = fetcher::read_xml(
      "<!DOCTYPE rss [<!ENTITY a \"b\">]><rss><channel>" + rss_item(1) + "</channel></rss>",
      "text/xml", url);
  REQUIRE_FALSE(document);
  CHECK(document.error().code == ErrorCode::too_large);
}

TEST_CASE("entries beyond the limit are counted and left out", "[extract][feed]") {
  std::string xml = "<rss><channel>";
  for (int i = 0; i < 10'005; ++i) xml += rss_item(i);
  const Document document = read(xml + "</channel></rss>");
  CHECK(document.entries.size() == page_entries_max);
  CHECK(document.entries_total == 10'005);
  CHECK(document.links.size() == 2'000);
}

TEST_CASE("XML that is neither feed nor sitemap has no reader", "[extract][feed]") {
  const auto document = fetcher::read_xml("<svg><text>x</text></svg>", "text/xml", url);
  REQUIRE_FALSE(document);
  CHECK(document.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("XHTML that is served as XML is HTML", "[extract][feed]") {
  const Document document = read(
      "<?xml version='1.0'?><html "
      "xmlns='http://www.w3.org/1999/xhtml'><head><title>T</title></head>"
      "<body><p>A paragraph of some length, so that it counts as content.</p></body></html>");
  CHECK(document.kind == PageKind::page);
  CHECK(document.metadata.title == "T");
}

TEST_CASE("JSON Feed 1.1", "[extract][feed]") {
  const auto document = fetcher::read_json(R"({"version": "https://jsonfeed.org/version/1.1",
"title": "My feed", "home_page_url": "https://example.org/", "language": "en",
"items": [{"id": "1", "url": "/one", "title": "One", "content_html": "<p>Hello</p>",
           "date_published": "2026-03-01T12:00:00+01:00"},
          {"id": "https://example.org/two", "content_text": "Second", "date_modified": "2026-03-02"},
          7]})",
                                           "application/feed+json", url);
  REQUIRE(document);
  CHECK(document->kind == PageKind::feed);
  CHECK(document->entries ==
        std::vector<PageEntry>{{"https://example.org/one", "One", "2026-03-01T11:00:00Z", ""},
                               {"https://example.org/two", "", "", "2026-03-02"}});
  CHECK(document->blocks == std::vector<Block>{{BlockKind::heading, 1, "My feed"},
                                               {BlockKind::heading, 2, "One"},
                                               {BlockKind::paragraph, 0, "Hello"},
                                               {BlockKind::paragraph, 0, "Second"}});
}
