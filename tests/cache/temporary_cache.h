// A cache in a folder of its own that goes with the test, and pages to put into it.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/page_cache.h"
#include "config/config.h"
#include "policy/embedding.h"
#include "policy/page.h"

namespace seekd::cache {

// A clock for tests: 2026-11-22T00:00:00Z and a number of seconds.
TimePoint at(std::int64_t seconds);

class TemporaryCache {
 public:
  TemporaryCache();
  ~TemporaryCache();
  TemporaryCache(const TemporaryCache&) = delete;
  TemporaryCache& operator=(const TemporaryCache&) = delete;

  // Again, when it is open.
  PageCache& open(TimePoint now = at(0), std::optional<Embedding> embedding = std::nullopt);
  void close() { cache_.reset(); }
  PageCache* operator->() { return cache_.get(); }

  config::CacheConfig
      config;  // retention 1000 s, 3 past versions, small filters; the folder not made yet

 private:
  std::filesystem::path root_;
  std::unique_ptr<PageCache> cache_;
};

Block paragraph(std::string text);
Block heading(std::uint8_t level, std::string text);

// Of one paragraph per text, retrieved at at(seconds).
FetchedPage page_of(std::string url, std::vector<std::string> paragraphs, std::int64_t seconds = 0);

SearchQuery query_for(std::string text);

std::vector<std::string> texts_of(const std::vector<Block>& blocks);

}  // namespace seekd::cache
