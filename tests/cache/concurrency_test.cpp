// Many threads at once: a reader never sees half a page.

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/cache/cache_checker.h"
#include "tests/cache/index/word_embedding.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

const std::string url = "https://example.org/";

// Every block of an edition names it.
FetchedPage edition(int page, int number) {
  std::vector<std::string> texts;
  texts.reserve(20);
  for (int i = 0; i < 20; ++i) {
    texts.push_back("edition " + std::to_string(number) + " block " + std::to_string(i));
  }
  return page_of(url + std::to_string(page), texts, number);
}

std::string first_words(const std::string& text) {
  return text.substr(0, text.find(" block"));
}

// How often a reader saw what no batch ever wrote.
int read_until(PageCache& cache, const std::atomic<bool>& stop, int page) {
  int halves = 0;
  while (!stop) {
    Result<std::optional<StoredPage>> found = cache.find(url + std::to_string(page), at(100));
    if (!found || !*found || (*found)->blocks.size() != 20) {
      ++halves;
    } else {
      for (const Block& block : (*found)->blocks) {
        halves += first_words(block.text) != first_words((*found)->blocks[0].text) ? 1 : 0;
      }
    }
    Result<std::vector<Passage>> passages = cache.search(query_for("edition"), at(100));
    if (!passages || passages->empty()) ++halves;
    Result<std::vector<VersionInfo>> versions = cache.versions(url + std::to_string(page), at(100));
    if (!versions || versions->empty()) ++halves;
    if (!cache.statistics()) ++halves;
  }
  return halves;
}

}  // namespace

TEST_CASE("Readers see whole pages while two writers store and confirm") {
  TemporaryCache cache;
  PageCache& open = cache.open();
  for (int page = 0; page < 2; ++page) REQUIRE(open.store(edition(page, 0), at(0)));
  std::atomic<bool> stop = false;
  std::atomic<int> halves = 0;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> readers;
    readers.reserve(3);
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&, i] { halves += read_until(open, stop, i % 2); });
    }
    std::vector<std::jthread> writers;
    writers.reserve(2);
    for (int page = 0; page < 2; ++page) {
      writers.emplace_back([&, page] {
        for (int number = 1; number <= 40; ++number) {
          if (!open.store(edition(page, number), at(number))) ++failures;
          if (!open.touch(url + std::to_string(page), {}, at(number), at(number))) ++failures;
          if (!open.purge_expired(at(number), 10)) ++failures;
        }
      });
    }
    writers.clear();
    stop = true;
  }
  CHECK(halves == 0);
  CHECK(failures == 0);
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

TEST_CASE("Every passage is embedded that is stored while others are") {
  TemporaryCache cache;
  PageCache& open = cache.open(at(0), embedding_of(std::make_shared<WordEmbedding>()));
  constexpr int pages = 200;
  std::atomic<int> failures = 0;
  std::atomic<bool> stored = false;
  {
    const std::jthread embedder([&] {
      while (!stored) failures += open.embed_waiting(16) ? 0 : 1;
    });
    for (int page = 0; page < pages; ++page) {
      if (!open.store(page_of(url + std::to_string(page), {"falcon"}), at(0))) ++failures;
    }
    stored = true;
  }
  while (open.embed_waiting(16).value_or(0) > 0) {
  }
  CHECK(failures == 0);
  CHECK(open.statistics()->vectors == pages);
  CHECK(open.statistics()->passages_waiting == 0);
}
