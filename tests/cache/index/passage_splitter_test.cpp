// Passages follow the structure of the page, keep to their size, and stay put when something else
// changes.

#include "cache/index/passage_splitter.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

std::string words(int count, const std::string& word) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + word + std::to_string(i % 7);
  return text;
}

std::vector<std::string> passage_texts(const std::vector<Block>& blocks) {
  const std::string snapshot = snapshot_text(blocks);
  std::vector<std::string> texts;
  std::size_t end = 0;
  for (const PassageSpan& span : split_passages(blocks)) {
    REQUIRE(span.byte_begin < span.byte_end);
    REQUIRE(span.byte_begin >= end);
    REQUIRE(span.byte_end <= snapshot.size());
    end = span.byte_end;
    texts.push_back(snapshot.substr(span.byte_begin, span.byte_end - span.byte_begin));
  }
  return texts;
}

}  // namespace

TEST_CASE("A page without text has no passages") {
  CHECK(split_passages({}).empty());
  CHECK(split_passages({paragraph("")}).empty());
}

TEST_CASE("A small page is one passage") {
  std::vector<PassageSpan> spans = split_passages({paragraph("One."), paragraph("Two.")});
  REQUIRE(spans.size() == 1);
  CHECK(spans[0] == PassageSpan{"", 0, 9});
}

TEST_CASE("Headings start passages and give them their path") {
  const std::vector<Block> blocks{heading(1, "Guide"),        paragraph(words(90, "intro")),
                                  heading(2, "Install"),      paragraph(words(90, "install")),
                                  heading(3, "From source"),  paragraph(words(90, "source")),
                                  heading(2, "Use"),          paragraph("Short."),
                                  heading(2, "Troubleshoot"), paragraph("Also short.")};
  std::vector<std::string> paths;
  for (const PassageSpan& span : split_passages(blocks)) paths.push_back(span.heading_path);
  CHECK(paths == std::vector<std::string>{"Guide", "Guide > Install",
                                          "Guide > Install > From source", "Guide > Use",
                                          "Guide > Troubleshoot"});
  CHECK(passage_texts(blocks)[3] == "Use\nShort.");
}

TEST_CASE("A small section takes its subsections in, a heading without text leads to the next") {
  CHECK(split_passages({heading(1, "Title"), heading(2, "Part"), paragraph("Text.")})[0]
            .heading_path == "Title > Part");
  std::vector<PassageSpan> spans = split_passages(
      {heading(2, "Part"), paragraph("Text."), heading(3, "Detail"), paragraph("More.")});
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].heading_path == "Part");
}

TEST_CASE("A text of many tokens is cut between sentences into passages of about equal size") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += (i == 0 ? "" : " ") + words(11, "w") + " end.";
  std::vector<std::string> passages = passage_texts({paragraph(text)});
  CHECK(passages.size() == 5);
  for (const std::string& passage : passages) {
    CHECK(estimate_tokens(passage) <= passage_tokens_max);
    CHECK(estimate_tokens(passage) >= 200);
    CHECK(passage.ends_with("end."));
    CHECK_FALSE(passage.starts_with(" "));
  }
}

TEST_CASE("Chinese is cut after its own full stops") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "这是一个关于猎鹰的句子。";
  std::vector<std::string> passages = passage_texts({paragraph(text)});
  CHECK(passages.size() == 3);
  for (const std::string& passage : passages) {
    CHECK(passage.ends_with("。"));
    CHECK(estimate_tokens(passage) <= passage_tokens_max);
  }
}

TEST_CASE("A text without spaces is cut between characters") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "é";
  std::vector<std::string> passages = passage_texts({paragraph(text)});
  std::string joined;
  for (const std::string& passage : passages) {
    CHECK(passage.size() % 2 == 0);
    CHECK(estimate_tokens(passage) <= passage_tokens_max + 1);
    joined += passage;
  }
  CHECK(joined == text);
}

TEST_CASE("Every word of a page is in one passage") {
  std::vector<Block> blocks;
  for (int i = 0; i < 200; ++i) {
    if (i % 9 == 0) blocks.push_back(heading(1 + i % 4, "Heading " + std::to_string(i)));
    blocks.push_back(paragraph("p" + std::to_string(i) + " " + words(i * 3 % 300, "w")));
  }
  std::string joined;
  for (const std::string& passage : passage_texts(blocks)) joined += passage + " ";
  for (int i = 0; i < 200; ++i) {
    CHECK(joined.find("p" + std::to_string(i) + " ") != std::string::npos);
  }
}

TEST_CASE("A paragraph put in moves the borders near it alone") {
  std::vector<Block> blocks;
  blocks.reserve(201);
  for (int i = 0; i < 200; ++i) {
    blocks.push_back(paragraph("Paragraph " + std::to_string(i) + " " + words(30, "w")));
  }
  std::vector<std::string> before = passage_texts(blocks);
  blocks.insert(blocks.begin() + 20, paragraph("Put in. " + words(35, "new")));
  std::vector<std::string> after = passage_texts(blocks);
  const std::set<std::string> known(before.begin(), before.end());
  const auto kept =
      std::ranges::count_if(after, [&](const std::string& text) { return known.contains(text); });
  CHECK(before.size() > 25);
  CHECK(kept >= static_cast<std::ptrdiff_t>(before.size()) - 5);
}

TEST_CASE("Hostile structure keeps to the limits") {
  std::vector<Block> blocks;
  for (int i = 0; i < 30'000; ++i) {
    blocks.push_back(heading(1 + i % 6, std::string(500, 'h')));
    blocks.push_back(paragraph("x"));
  }
  std::vector<PassageSpan> spans = split_passages(blocks);
  CHECK(spans.size() == passages_max);
  for (const PassageSpan& span : spans) REQUIRE(span.heading_path.size() <= 6 * 203);
}

TEST_CASE("Heading levels beyond six do not make a path without end") {
  std::vector<Block> blocks;
  blocks.reserve(256);
  for (int i = 0; i < 255; ++i) blocks.push_back(heading(static_cast<std::uint8_t>(i), "h"));
  blocks.push_back(paragraph("x"));
  CHECK(split_passages(blocks)[0].heading_path.size() <= 6 * 4);
}
