#include "fetcher/extract/sitemap.h"

#include <catch2/catch.hpp>

using namespace seekd;
using fetcher::read_sitemap;

TEST_CASE("a sitemap is its URLs and when they were modified", "[extract][sitemap]") {
  const auto document = read_sitemap(R"(<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i">
 <url><loc>
   https://example.org/a?x=1&amp;y=2
 </loc><lastmod>2026-03-01T12:00:00+01:00</lastmod><changefreq>daily</changefreq>
   <image:image><image:loc>https://example.org/i.png</image:loc></image:image></url>
 <url><loc>https://example.org/b</loc></url>
 <url><loc>not a url</loc></url>
</urlset>)");
  REQUIRE(document);
  CHECK(document->kind == PageKind::sitemap);
  CHECK(document->entries ==
        std::vector<PageEntry>{{"https://example.org/a?x=1&y=2", "", "", "2026-03-01T11:00:00Z"},
                               {"https://example.org/b", "", "", ""}});
  CHECK(document->links.size() == 2);
  CHECK(document->blocks ==
        std::vector<Block>{
            {BlockKind::list_item, 1, "https://example.org/a?x=1&y=2 2026-03-01T11:00:00Z"},
            {BlockKind::list_item, 1, "https://example.org/b"}});
}

TEST_CASE("a sitemap index names sitemaps", "[extract][sitemap]") {
  const auto document = read_sitemap(
      "<sitemapindex><sitemap><loc>https://example.org/s1.xml.gz</loc><lastmod>2026-03-01</lastmod>"
      "</sitemap></sitemapindex>");
  CHECK(document->kind == PageKind::sitemap_index);
  CHECK(document->entries ==
        std::vector<PageEntry>{{"https://example.org/s1.xml.gz", "", "", "2026-03-01"}});
}

TEST_CASE("a sitemap of fifty thousand is cut, counted, and quickly read", "[extract][sitemap]") {
  std::string xml = "<urlset>";
  for (int i = 0; i < 50'000; ++i) {
    xml += "<url><loc>https://example.org/" + std::to_string(i) + "</loc></url>";
  }
  const auto document = read_sitemap(xml + "</urlset>");
  CHECK(document->entries.size() == page_entries_max);
  CHECK(document->entries_total == 50'000);
}

TEST_CASE("of a sitemap that breaks off the whole entries count", "[extract][sitemap]") {
  CHECK(read_sitemap("<urlset><url><loc>https://example.org/</loc></url><url><loc>htt")
            ->entries.size() == 1);
  CHECK_FALSE(read_sitemap("<urlset><url>"));
}
