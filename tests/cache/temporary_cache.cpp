#include "tests/cache/temporary_cache.h"

#include <catch2/catch.hpp>
#include <stdlib.h>

#include "cache/rocks_page_cache.h"

namespace seekd::cache {

TimePoint at(std::int64_t seconds) {
  return TimePoint(std::chrono::seconds(1'795'305'600 + seconds));
}

TemporaryCache::TemporaryCache() {
  std::string name = (std::filesystem::temp_directory_path() / "seekd-cache-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  root_ = name;
  config.directory = root_ / "cache";
  config.retention = std::chrono::seconds(1000);
  config.versions_max = 3;
  config.urls_expected = 1000;
  config.blocks_expected = 1000;
}

TemporaryCache::~TemporaryCache() {
  close();
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

PageCache& TemporaryCache::open(TimePoint now, std::optional<Embedding> embedding) {
  close();
  Result<std::unique_ptr<PageCache>> opened =
      open_rocks_page_cache(config, now, std::move(embedding));
  if (!opened) FAIL(opened.error().message);
  cache_ = std::move(*opened);
  return *cache_;
}

Block paragraph(std::string text) {
  return {.kind = BlockKind::paragraph, .level = 0, .text = std::move(text)};
}

Block heading(std::uint8_t level, std::string text) {
  return {.kind = BlockKind::heading, .level = level, .text = std::move(text)};
}

FetchedPage page_of(std::string url, std::vector<std::string> paragraphs, std::int64_t seconds) {
  FetchedPage page;
  page.url = std::move(url);
  page.final_url = page.url;
  page.requested_at = at(seconds);
  page.retrieved_at = at(seconds);
  page.headers.cache_control = "max-age=60";
  page.headers.etag = "\"1\"";
  for (std::string& text : paragraphs) page.blocks.push_back(paragraph(std::move(text)));
  return page;
}

SearchQuery query_for(std::string text) {
  SearchQuery query;
  query.text = std::move(text);
  return query;
}

std::vector<std::string> texts_of(const std::vector<Block>& blocks) {
  std::vector<std::string> texts;
  texts.reserve(blocks.size());
  for (const Block& block : blocks) texts.push_back(block.text);
  return texts;
}

}  // namespace seekd::cache
