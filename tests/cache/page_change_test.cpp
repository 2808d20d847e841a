// What a re-fetch means: equal, noise, or edited.

#include "cache/page_change.h"

#include <catch2/catch.hpp>

#include "cache/noise.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

std::vector<Block> paragraphs(const std::vector<std::string>& texts) {
  std::vector<Block> blocks;
  for (const std::string& text : texts) blocks.push_back(paragraph(text));
  return blocks;
}

Extent extent(const std::vector<Block>& before, const std::vector<Block>& after,
              const std::vector<Link>& links_before = {},
              const std::vector<Link>& links_after = {}) {
  return judge_change({before, links_before}, {after, links_after}).extent;
}

Extent extent_of_texts(const std::string& before, const std::string& after) {
  const std::string rest(200, 'x');
  return extent(paragraphs({rest, before}), paragraphs({rest, after}));
}

}  // namespace

TEST_CASE("What counts visitors or passes with time is noise") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"Posted 59 minutes ago by Ann", "Posted 1 hour ago by Ann"},
      {"Posted just now", "Posted 2 days ago"},
      {"1 comment", "1,204 comments"},
      {"Views: 12", "Views: 13"},
      {"12k followers and 3 likes", "13k followers and 4 likes"},
      {"© 2019–2025 Example Ltd.", "© 2019–2026 Example Ltd."},
      {"阅读 1234 次 · 5分钟前", "阅读 1299 次 · 3小时前"},
      {"vor 5 Minuten", "vor 2 Stunden"},
      {"il y a 5 minutes", "il y a 2 heures"},
      {"Sunday, 22 November 2026", "Monday, 23 November 2026"},
      {"2026-11-22 10:15 UTC", "2026-11-23 08:01 UTC"},
      {"Page generated in 0.034 seconds", "Page generated in 0.121 seconds"},
      {"Request id: 8f3c-11aa", "Request id: 90bd-77e1"},
      {"5f1c8f3c11aa90bd77e1", "90bd77e15f1c8f3c11aa"},
  };
  for (const auto& [before, after] : pairs) {
    INFO(before << " / " << after);
    CHECK(extent_of_texts(before, after) == Extent::noise);
  }
}

TEST_CASE(
    "What somebody wrote is a change, and numbers are content until a word makes them noise") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"The price is 12 euros.", "The price is 15 euros."},
      {"Version 12.5 is out", "Version 12.6 is out"},
      {"Last updated: 1 April 2026", "Last updated: 2 April 2026"},
      {"Effective Monday, 5 January 2026", "Effective Tuesday, 6 January 2026"},
      {"November 13th 2025", "April 1st 2026"},
      {"CVE-2026-1234", "CVE-2026-1235"},
      {"19.99", "18.99"},
      {"regional geolocation data", "regional geolocation data."},
      {"Deleted after 30 days", "Deleted after 90 days"},
      {"It may not be shared.", "It may be shared."},
  };
  for (const auto& [before, after] : pairs) {
    INFO(before << " / " << after);
    CHECK(extent_of_texts(before, after) == Extent::minor);
  }
}

TEST_CASE("An id or a date below a word that makes it the page's own is content") {
  CHECK(extent(paragraphs({"SHA-256 checksum", "5f1c8f3c11aa90bd77e1"}),
               paragraphs({"SHA-256 checksum", "90bd77e15f1c8f3c11aa"})) != Extent::noise);
  CHECK(extent(paragraphs({"Last updated", "Sunday, 22 November 2026"}),
               paragraphs({"Last updated", "Monday, 23 November 2026"})) != Extent::noise);
}

TEST_CASE("Noise beside a change is a change") {
  CHECK(extent(paragraphs({"3 views", "The old sentence stands here."}),
               paragraphs({"4 views", "The new sentence stands here."})) != Extent::noise);
}

TEST_CASE("Teasers that rotate under their heading are noise, elsewhere links are content") {
  const std::vector<Link> before_links = {{"https://a.example/1", "One"},
                                          {"https://a.example/2", "Two"}};
  const std::vector<Link> after_links = {{"https://a.example/3", "Three"}};
  const std::string text(300, 'x');
  const auto page = [&](const std::string& title, const std::vector<std::string>& teasers) {
    std::vector<Block> blocks = paragraphs({text});
    blocks.push_back(heading(2, title));
    for (const std::string& teaser : teasers) blocks.push_back(paragraph(teaser));
    return blocks;
  };
  CHECK(extent(page("Related articles", {"One", "Two"}), page("Related articles", {"Three"}),
               before_links, after_links) == Extent::noise);
  CHECK(extent(page("Downloads", {"One", "Two"}), page("Downloads", {"Three"}), before_links,
               after_links) == Extent::minor);
  CHECK(extent(page("Related articles", {"One"}), page("Related articles", {"No link"}),
               before_links, after_links) == Extent::minor);
}

TEST_CASE("A link of the content that leads elsewhere is a change, one of the menu is not") {
  const std::vector<Block> blocks = paragraphs({"Read our policy (PDF) before you sign."});
  const std::vector<Link> before = {{"https://a.example/1.pdf", "policy (PDF)"}};
  const std::vector<Link> after = {{"https://a.example/2.pdf", "policy (PDF)"}};
  const std::vector<Link> menu = {{"https://a.example/1.pdf", "policy (PDF)"},
                                  {"https://a.example/home", "Home"}};
  const PageChange change = judge_change({blocks, before}, {blocks, after});
  CHECK(change.extent == Extent::minor);
  CHECK(change.links_removed == before);
  CHECK(change.links_added == after);
  CHECK(extent(blocks, blocks, before, menu) == Extent::none);
}

TEST_CASE("Tracking parameters and sessions make no other link") {
  CHECK(lasting_address("https://a.example/p;jsessionid=12?a=1&utm_source=x&b=2") ==
        "https://a.example/p?a=1&b=2");
  CHECK(lasting_address("https://a.example/p?sid=9") == "https://a.example/p");
  CHECK(lasting_address("https://a.example/p#toc-81") == "https://a.example/p#");
}

TEST_CASE("Similarity is the share of the text that stayed, down to the words of replaced blocks") {
  const auto similarity = [](const std::vector<std::string>& before,
                             const std::vector<std::string>& after) {
    return judge_change({paragraphs(before), {}}, {paragraphs(after), {}}).similarity;
  };
  CHECK(similarity({"abcd", "ef"}, {"abcd", "ef"}) == 1.0);
  CHECK(similarity({}, {}) == 1.0);
  CHECK(similarity({"abcd"}, {}) == 0.0);
  CHECK(similarity({"abcd", "ef"}, {"abcd", "gh"}) == Approx(8.0 / 12.0));
  CHECK(similarity({"one two three four"}, {"one two three five"}) == Approx(28.0 / 36.0));
}

TEST_CASE("Less than 0.85 of the text left is a major change") {
  const std::string kept(84, 'k');
  CHECK(extent(paragraphs({kept, std::string(16, 'a')}),
               paragraphs({kept, std::string(16, 'b')})) == Extent::major);
  CHECK(extent(paragraphs({kept, std::string(14, 'a')}),
               paragraphs({kept, std::string(14, 'b')})) == Extent::minor);
}

TEST_CASE("Hostile pages of many links and long text are judged in bounded time") {
  std::vector<Block> blocks;
  for (int i = 0; i < 2'000; ++i) blocks.push_back(paragraph(std::string(2'000, 'a')));
  std::vector<Link> before;
  std::vector<Link> after;
  for (int i = 0; i < 2'000; ++i) {
    before.push_back({"https://a.example/" + std::to_string(i), std::string(200, 'a') + "b"});
    after.push_back({"https://b.example/" + std::to_string(i), std::string(200, 'a') + "c"});
  }
  CHECK(extent(blocks, blocks, before, after) == Extent::none);
}
