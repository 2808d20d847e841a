// What a re-fetch means: equal, noise, or edited.

#include "cache/page_change.h"

#include <algorithm>
#include <ctime>
#include <limits>

#include <catch2/catch.hpp>

#include "cache/content_links.h"
#include "cache/link_noise.h"
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

// The least of three runs, of this process alone: other programs do not count.
template <class Work>
double processor_seconds(Work work) {
  std::clock_t least = std::numeric_limits<std::clock_t>::max();
  for (int run = 0; run < 3; ++run) {
    const std::clock_t begin = std::clock();
    work();
    least = std::min(least, std::clock() - begin);
  }
  return static_cast<double>(least) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("What counts visitors or passes with time is noise") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"Posted 59 minutes ago by Ann", "Posted 1 hour ago by Ann"},
      {"Posted just now", "Posted 2 days ago"},
      {"1 comment", "1,204 comments"},
      {"Views: 12", "Views: 13"},
      {"3 likes · 12k views · 1 reply", "4 likes · 13k views · 2 replies"},
      {"© 2019–2025 Example Ltd.", "© 2019–2026 Example Ltd."},
      {"阅读 1234 次 · 5分钟前", "阅读 1299 次 · 3小时前"},
      {"vor 5 Minuten", "vor 2 Stunden"},
      {"il y a 5 minutes", "il y a 2 heures"},
      {"12 条评论 阅读量：120", "15 条评论 阅读量：1,300"},
      {"当前时间：2026年6月3日 星期三 18:00", "当前时间：2026年6月4日 星期四 9:05"},
      {"Today is Sunday, 22 November 2026", "Today is Monday, 23 November 2026"},
      {"Current time: 2026-11-22 10:15 UTC", "Current time: 2026-11-23 08:01 UTC"},
      {"It is currently Sun Nov 22, 2026 10:15 am", "It is currently Mon Nov 23, 2026 4:01 pm"},
      {"You last visited: June 3rd", "You last visited: July 22nd"},
      {"Page generated in 0.034 seconds", "Page generated in 0.121 seconds"},
      {"Request id: 8f3c-11aa", "Request id: 90bd-77e1"},
      {"Viewed 1.2k times", "Viewed 1.3k times"},
      {"132 users online", "127 users online"},
  };
  for (const auto& [before, after] : pairs) {
    INFO(before << " / " << after);
    CHECK(extent_of_texts(before, after) == Extent::noise);
  }
}

TEST_CASE("A date or an id is noise below a line that says it is the request's") {
  const auto below = [](const std::string& label, const std::string& before,
                        const std::string& after) {
    return extent(paragraphs({std::string(200, 'x'), label, before}),
                  paragraphs({std::string(200, 'x'), label, after}));
  };
  CHECK(below("Server time:", "Sunday, 22 November 2026", "Monday, 23 November 2026") ==
        Extent::noise);
  CHECK(below("Ray ID", "5f1c8f3c11aa90bd77e1", "90bd77e15f1c8f3c11aa") == Extent::noise);
  CHECK(below("Next meeting", "Tuesday, 3 June 2026 at 18:00", "Friday, 20 June 2026 at 19:30") ==
        Extent::minor);
  CHECK(below("Default model", "gpt-4o-mini-2024-07-18", "gpt-4o-mini-2025-11-30") ==
        Extent::minor);
  CHECK(below("Last updated", "Sunday, 22 November 2026", "Monday, 23 November 2026") ==
        Extent::minor);
  CHECK(below("SHA-256 checksum", "5f1c8f3c11aa90bd77e1", "90bd77e15f1c8f3c11aa") == Extent::minor);
  CHECK(below("会议时间", "2026年6月3日 星期三 18:00", "2026年6月20日 星期六 19:30") ==
        Extent::minor);
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
      {"Servers must answer", "Servers MUST answer"},
      {"Bob Jones 998,120 votes", "Bob Jones 1,398,120 votes"},
      {"scored 112 points", "scored 98 points"},
      {"has 120,000 subscribers", "has 420,000 subscribers"},
      {"Downloads: 1,000,000", "Downloads: 2,000,000"},
      {"Rated 4 stars", "Rated 2 stars"},
      {"Holds 1,000 shares", "Holds 9,000 shares"},
      {"Section 12 reads: no fee", "Section 13 reads: no fee"},
      {"Electricity generated in 2023: 120 TWh", "Electricity generated in 2024: 150 TWh"},
      {"Polls close at 18:00 local time", "Polls close at 20:00 local time"},
      {"Current time limit: 30 minutes", "Current time limit: 45 minutes"},
      {"The request id is 12 bytes long", "The request id is 16 bytes long"},
      {"The ministry received 1,204 comments.", "The ministry received 9,204 comments."},
      {"The ship sank 3 days ago.", "The ship sank 5 days ago."},
      {"Copyright Act 1976", "Copyright Act 1968"},
      {"库存 12 件", "库存 3 件"},
      {"第3次会议", "第4次会议"},
      {"曾获奖 3 次", "曾获奖 5 次"},
      {"得票：998,120", "得票：1,398,120"},
      {"粉丝 12 万", "粉丝 42 万"},
      {"12 members online shops", "14 members online shops"},
      {"Effective date: June 3, 2025", "Effective date: July 9, 2026"},
      {"548 Mission Street, San Francisco", "88 Mission Street, San Francisco"},
      {"Fee: $12.00 per month", "Fee: $15.00 per month"},
      {"legal@example.org", "privacy@example.org"},
  };
  for (const auto& [before, after] : pairs) {
    INFO(before << " / " << after);
    CHECK(extent_of_texts(before, after) == Extent::minor);
  }
}

TEST_CASE("Noise beside a change is a change") {
  CHECK(extent(paragraphs({"3 views", "The old sentence stands here."}),
               paragraphs({"4 views", "The new sentence stands here."})) != Extent::noise);
}

TEST_CASE("Words that move up or down in the outline are a change") {
  const Block below{BlockKind::heading, 3, "Third-Party Services"};
  const Block above{BlockKind::heading, 2, "Third-Party Services"};
  CHECK(extent({below}, {above}) == Extent::minor);
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
  for (const char* content : {"Downloads", "Popular vote", "Related parties", "相关法律"}) {
    INFO(content);
    CHECK(extent(page(content, {"One", "Two"}), page(content, {"Three"}), before_links,
                 after_links) == Extent::minor);
  }
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

TEST_CASE("A table of contents that a page gains is a change, even beside another one") {
  std::vector<Block> blocks = {heading(2, "Our terms")};
  blocks.push_back(paragraph("Reply to our terms within a week."));
  const Link entry{"https://a.example/p#our-terms", "Our terms"};
  const Link reply{"https://a.example/p#c1", "Reply"};
  CHECK(extent(blocks, blocks, {}, {entry}) == Extent::minor);
  CHECK(extent(blocks, blocks, {entry}, {entry, entry}) == Extent::minor);
  CHECK(extent(blocks, blocks, {entry, entry}, {entry}) == Extent::minor);
  CHECK(extent(blocks, blocks, {reply}, {reply, reply}) == Extent::none);
}

TEST_CASE("Tracking parameters and sessions make no other link") {
  CHECK(lasting_address("https://a.example/p;jsessionid=12?a=1&utm_source=x&b=2") ==
        "https://a.example/p?a=1&b=2");
  CHECK(lasting_address("https://a.example/p?sid=9") == "https://a.example/p");
  CHECK(lasting_address("https://a.example/p#toc-81") == "https://a.example/p#");
  CHECK(lasting_address("https://a.example/p?authenticity_token=x%3D&q=y") ==
        "https://a.example/p?q=y");
  CHECK(lasting_address("https://a.example/p?v=1763805600") == "https://a.example/p");
  for (const char* content : {"https://a.example/watch?v=dQw4w9WgXcQ", "https://a.example/p?v=2",
                              "https://a.example/p?t=120", "https://a.example/p?v="}) {
    CHECK(lasting_address(content) == content);
  }
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

TEST_CASE("A link is of the content where its words stand whole, whatever comes before it") {
  const auto found = [](const std::string& text, const std::vector<std::string>& anchors) {
    std::vector<Link> links;
    for (const std::string& anchor : anchors) links.push_back({"https://a.example/", anchor});
    std::vector<std::string> kept;
    for (const Link& link : content_links(paragraphs({text}), links)) kept.push_back(link.text);
    return kept;
  };
  using Texts = std::vector<std::string>;
  CHECK(found("See the policy (PDF) of 2026.", {"policy (PDF)", "(PDF)", "the", "2026", "of 20"}) ==
        Texts{"policy (PDF)", "(PDF)", "the", "2026"});
  CHECK(found("policyholder repolicy", {"policy", "holder"}).empty());
  CHECK(found("a a a b", {"a a b", "a b", "b", ""}) == Texts{"a a b", "a b", "b"});
  CHECK(found("请看使用条款。", {"使用条款", "隐私"}) == Texts{"使用条款"});
  CHECK(found("ends with the word", {"word", "word again"}) == Texts{"word"});
  Texts many(300, "menu");
  many.emplace_back("policy");
  CHECK(found("the policy", many) == Texts{"policy"});
}

TEST_CASE("A block of half a megabyte and anchors made for it are searched in bounded time") {
  const auto anchors = [](const std::string& host, const std::string& words) {
    std::vector<Link> links;
    for (int i = 0; i < 2'000; ++i) links.push_back({host + std::to_string(i), words + host});
    return links;
  };
  std::string spaced;
  while (spaced.size() < (512 << 10)) spaced += "a ";
  std::string wide;
  while (wide.size() < (512 << 10)) wide += "中";
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {std::string(512 << 10, 'a'), std::string(300, 'a')},
           {spaced, spaced.substr(0, 300)},
           {wide, wide.substr(0, 300)}}) {
    const std::vector<Block> blocks = paragraphs({text});
    const std::vector<Link> before = anchors("https://a.example/", words);
    const std::vector<Link> after = anchors("https://b.example/", words);
    CHECK(processor_seconds([&] { CHECK(extent(blocks, blocks, before, after) == Extent::none); }) <
          1.0);
    CHECK(processor_seconds([&] { CHECK(content_links(blocks, before).empty()); }) < 1.0);
  }
}

TEST_CASE("Forty thousand short blocks, each second one replaced, are judged in bounded time") {
  std::vector<Block> before;
  std::vector<Block> after;
  for (int i = 0; i < 40'000; ++i) {
    before.push_back(paragraph(std::to_string(i)));
    after.push_back(paragraph(std::to_string(i % 2 == 0 ? i : i + 100'000)));
  }
  CHECK(processor_seconds([&] { CHECK(extent(before, after) == Extent::major); }) < 2.0);
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
