#include "fetcher/extract/json_page.h"

#include <catch2/catch.hpp>

using namespace seekd;
using fetcher::read_json;

namespace {

Result<fetcher::Document> read(std::string_view text) {
  return read_json(text, "application/json", "https://example.org/api");
}

}  // namespace

TEST_CASE("JSON is a line for each value, under the path that leads to it", "[extract][json]") {
  const auto document = read(R"({"name": "seekd", "empty": "", "none": null, "count": 3,
    "releases": [{"tag": "v1", "notes": "first\nline"}, {"tag": "v2", "final": true}], "tags": ["a", "b"]})");
  REQUIRE(document);
  CHECK(document->metadata.title == "seekd");
  CHECK(document->blocks ==
        std::vector<Block>{
            {BlockKind::paragraph, 0, "name: seekd\ncount: 3"},
            {BlockKind::paragraph, 0, "releases[0].tag: v1\nreleases[0].notes: first\nline"},
            {BlockKind::paragraph, 0, "releases[1].tag: v2\nreleases[1].final: true"},
            {BlockKind::paragraph, 0, "tags[0]: a\ntags[1]: b"}});
}

TEST_CASE("JSON that is a value alone is its text", "[extract][json]") {
  CHECK(read("\"hello\"")->blocks == std::vector<Block>{{BlockKind::paragraph, 0, "hello"}});
  CHECK(read("[]")->blocks.empty());
}

TEST_CASE("what is no JSON is an error", "[extract][json]") {
  for (const char* text : {"", "{", "{} x", "<html>", "{'a': 1}"}) {
    CHECK(read(text).error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("JSON that is nested too deep is refused", "[extract][json]") {
  CHECK(read(std::string(100'000, '[')).error().code == ErrorCode::too_large);
}

TEST_CASE("JSON of very many values becomes blocks that are not too many", "[extract][json]") {
  std::string text = "[";
  for (int i = 0; i < 500'000; ++i) text += "{\"a\":1},";
  const auto document = read(text + "1]");
  CHECK(document->blocks.size() <= 20'000);
}

TEST_CASE("a path of JSON that is very long is cut between two characters", "[extract][json]") {
  const std::string umlauts = [] {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "\u00fc";
    return text;
  }();
  const std::string text = read("{\"x" + umlauts + "\": {\"y\": [1, 2]}}")->blocks.at(0).text;
  const std::string path = "x" + umlauts.substr(0, 254) + "\u2026: ";
  CHECK(text == path + "1\n" + path + "2");
}

TEST_CASE("what a page of JSON says under long paths is bounded in all", "[extract][json]") {
  std::string text = "{\"" + std::string(1'000'000, 'k') + "\": [1";
  for (int i = 0; i < 300'000; ++i) text += ",1";
  const auto document = read(text + "]}");
  std::size_t bytes = 0;
  for (const auto& block : document->blocks) bytes += block.text.size();
  CHECK(bytes > 15 << 20);
  CHECK(bytes < 17 << 20);
}

TEST_CASE("invisible characters of JSON are left out", "[extract][json]") {
  CHECK(read("{\"a\": \"x\\u200by\"}")->blocks[0].text == "a: xy");
}
