#include "daemon/embedding_worker.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "cache/rocks_page_cache.h"
#include "tests/cache/index/word_embedding.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

bool within(std::chrono::seconds limit, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

void store(cache::PageCache& cache, const std::string& url, const std::string& text) {
  FetchedPage page;
  page.url = page.final_url = url;
  page.requested_at = page.retrieved_at = wall_clock();
  page.blocks = {{BlockKind::paragraph, 0, text}};
  REQUIRE(cache.store(page, wall_clock()));
}

struct Worked {
  explicit Worked(std::shared_ptr<cache::WordEmbedding> given) : words(std::move(given)) {
    auto opened = cache::open_rocks_page_cache(test_config(folder).cache, wall_clock(),
                                               cache::embedding_of(words));
    REQUIRE(opened);
    cache = std::move(*opened);
  }

  EmbeddingWorker work() {
    return EmbeddingWorker(
        *cache, [this](const Error&) { ++failures; },
        [this](std::size_t passages) { caught_up += passages; });
  }

  TemporaryFolder folder;
  std::shared_ptr<cache::WordEmbedding> words;
  std::unique_ptr<cache::PageCache> cache;
  std::atomic<int> failures = 0;
  std::atomic<std::size_t> caught_up = 0;
};

}  // namespace

TEST_CASE("what waited and what is stored later is embedded, and the worker says when all is") {
  Worked worked(std::make_shared<cache::WordEmbedding>());
  for (int i = 0; i < 40; ++i) {
    store(*worked.cache, "https://example.org/" + std::to_string(i), "falcon " + std::to_string(i));
  }
  const EmbeddingWorker worker = worked.work();
  CHECK(within(10s, [&] { return worked.caught_up == 40; }));
  store(*worked.cache, "https://example.org/late", "a rocket");
  CHECK(within(10s, [&] { return worked.caught_up == 41; }));
  CHECK(worked.cache->statistics()->passages_waiting == 0);
}

TEST_CASE("an embedder that fails is told of, and does not keep the worker from ending") {
  const auto words = std::make_shared<cache::WordEmbedding>();
  words->broken = true;
  Worked worked(words);
  store(*worked.cache, "https://example.org/", "falcon");
  const auto begin = std::chrono::steady_clock::now();
  {
    const EmbeddingWorker worker = worked.work();
    CHECK(within(10s, [&] { return worked.failures == 1; }));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 12s);
  CHECK(worked.caught_up == 0);
}

}  // namespace seekd::daemon
