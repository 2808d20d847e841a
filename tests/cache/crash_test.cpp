// Killed while it stores, the cache loses nothing that it acknowledged, and everything in it
// agrees.

#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/crash_pages.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

// Kills the child some time after it has acknowledged so many pages, and gives the sequence numbers
// of all that it acknowledged.
std::vector<std::uint64_t> store_until_killed(const std::string& folder, std::uint64_t first,
                                              std::size_t pages, std::chrono::microseconds later) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(SEEKD_CRASH_CHILD, SEEKD_CRASH_CHILD, folder.c_str(), std::to_string(first).c_str(),
            nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::unique_ptr<FILE, int (*)(FILE*)> acknowledged(::fdopen(ends[0], "r"), &std::fclose);
  std::vector<std::uint64_t> sequences;
  const auto read_one = [&] {
    unsigned long long sequence = 0;
    if (std::fscanf(acknowledged.get(), "%llu", &sequence) != 1) return false;
    sequences.push_back(sequence);
    return true;
  };
  while (sequences.size() < pages && read_one()) continue;
  std::this_thread::sleep_for(later);
  ::kill(child, SIGKILL);
  while (read_one()) continue;
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return sequences;
}

std::uint64_t stored_sequence(const StoredPage& page) {
  return std::stoull(page.blocks.back().text.substr(sizeof "sequence"));
}

}  // namespace

TEST_CASE("Thirty kills at random moments lose no acknowledged page and leave no contradiction") {
  TemporaryCache place;
  const config::CacheConfig config = crash_config(place.config.directory.string());
  std::mt19937 random(20261122);
  std::uniform_int_distribution<std::size_t> pages(0, 50);
  std::uniform_int_distribution<int> later_us(0, 20'000);
  std::map<std::string, std::uint64_t> acknowledged;  // url → last sequence
  std::uint64_t next = 0;
  for (int round = 0; round < 30; ++round) {
    const std::vector<std::uint64_t> sequences =
        store_until_killed(config.directory.string(), next, round < 5 ? 0 : pages(random),
                           std::chrono::microseconds(later_us(random)));
    for (std::uint64_t sequence : sequences) {
      acknowledged[crash_url(sequence)] = sequence;
      next = sequence + 1;
    }
    INFO("round " << round << ", " << next << " stored");
    Result<std::unique_ptr<PageCache>> cache = open_rocks_page_cache(config, crash_time(next));
    if (!cache) FAIL(cache.error().message);
    for (const auto& [url, sequence] : acknowledged) {
      if (crash_time(sequence) + config.retention <= crash_time(next)) continue;
      Result<std::optional<StoredPage>> page = (*cache)->find(url, crash_time(next));
      if (!page) FAIL(page.error().message);
      REQUIRE(*page);
      // Later by the one that was stored and not yet acknowledged.
      CHECK(stored_sequence(**page) >= sequence);
      CHECK(stored_sequence(**page) <= next);
    }
    cache->reset();
    for (const std::string& finding : contradictions(config)) FAIL_CHECK(finding);
    ++next;  // the one in flight may be there
  }
  CHECK(next > 300);
}
