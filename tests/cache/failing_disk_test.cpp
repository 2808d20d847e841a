// A disk that answers EIO or ENOSPC to any call: stores are refused, what is stored is served, and
// all goes on by itself when the disk does. RocksDB's calls meet the errors as they would a real
// disk's (faulty_disk.h).

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/faulty_disk.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

constexpr int pages_before = 40;

std::string url_of(int page) {
  return "https://example.org/" + std::to_string(page);
}

Result<StoreOutcome> store(PageCache& cache, int page, std::int64_t seconds) {
  const std::string own = hash_text(url_of(page) + std::to_string(seconds)).hex();
  return cache.store(page_of(url_of(page), {"kestrel " + own, std::string(3000, 'k')}, seconds),
                     at(seconds));
}

bool serves(PageCache& cache, int pages) {
  for (int i = 0; i < pages; ++i) {
    const auto page = cache.find(url_of(i), at(5));
    if (!page || !*page) return false;
  }
  const auto found = cache.search(query_for("kestrel"), at(5));
  return found && !found->empty();
}

// A number that says what did not hold; 0 is all right.
int fail_writes(const config::CacheConfig& config, int error) {
  faulty_disk::watch(config.directory.parent_path() / "cache",
                     config.directory.parent_path() / "stash");
  auto cache = open_rocks_page_cache(config, at(0));
  if (!cache) return 1;
  for (int i = 0; i < pages_before; ++i) {
    if (!store(**cache, i, 0)) return 2;
  }
  if (!(*cache)->compact()) return 3;
  for (int round = 1; round <= 3; ++round) {
    faulty_disk::fail_with(faulty_disk::Calls::changes, error);
    const auto refused = store(**cache, 0, round);
    if (refused || refused.error().code != ErrorCode::io) return 4;
    if ((*cache)->compact()) return 5;  // the files behind our back meet it too
    if ((*cache)->statistics()->writable) return 6;
    if (!serves(**cache, pages_before + round - 1)) return 7;
    faulty_disk::fail_with(faulty_disk::Calls::changes, 0);
    auto stored = store(**cache, pages_before + round - 1, round);
    for (int wait = 0; !stored && wait < 300; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stored = store(**cache, pages_before + round - 1, round);
    }
    if (!stored) std::fprintf(stderr, "%s\n", stored.error().message.c_str());
    if (!stored || !(*cache)->statistics()->writable) return 8;
    if (!serves(**cache, pages_before + round)) return 9;
  }
  const auto report = (*cache)->verify(at(5));
  if (!report || !report->sound()) return 10;
  cache->reset();
  cache = open_rocks_page_cache(config, at(5));
  return cache && serves(**cache, pages_before + 3) ? 0 : 11;
}

int fail_reads(const config::CacheConfig& config, int error) {
  faulty_disk::watch(config.directory.parent_path() / "cache",
                     config.directory.parent_path() / "stash");
  auto cache = open_rocks_page_cache(config, at(0));
  if (!cache) return 1;
  for (int i = 0; i < pages_before; ++i) {
    if (!store(**cache, i, 0)) return 2;
  }
  if (!(*cache)->compact()) return 3;
  cache->reset();
  cache = open_rocks_page_cache(config, at(0));
  if (!cache) return 4;
  faulty_disk::fail_with(faulty_disk::Calls::reads, error);
  int failed = 0;
  for (int i = 0; i < pages_before; ++i) {
    const auto page = (*cache)->find(url_of(i), at(5));
    if (page && !*page) return 5;  // it is there, and cannot be read: that is no absence
    if (!page && page.error().code != ErrorCode::io) return 6;
    failed += page ? 0 : 1;
  }
  if (failed == 0) return 7;
  faulty_disk::fail_with(faulty_disk::Calls::reads, 0);
  if (!serves(**cache, pages_before)) return 8;
  const auto report = (*cache)->verify(at(5));
  return report && report->sound() ? 0 : 9;
}

// In a process of its own: RocksDB might end it.
void check_in_child(bool encrypted, int (*act)(const config::CacheConfig&, int), int error) {
  TemporaryCache place;
  const std::filesystem::path root = place.config.directory.parent_path();
  std::filesystem::create_directories(root / "stash");
  if (encrypted) {
    place.config.key_file = root / "key";
    std::ofstream(place.config.key_file) << std::string(32, 'k');
    ::chmod(place.config.key_file.c_str(), 0400);
  }
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act(place.config, error));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  INFO("errno " << error << (encrypted ? ", encrypted" : ""));
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace

TEST_CASE("A disk that takes no writes stops stores and nothing else, until it takes them again") {
  for (const int error : {EIO, ENOSPC, EROFS}) {
    check_in_child(false, fail_writes, error);
    check_in_child(true, fail_writes, error);
  }
}

TEST_CASE("A disk that cannot be read is an error and no absence, until it can be read again") {
  check_in_child(false, fail_reads, EIO);
  check_in_child(true, fail_reads, EIO);
}
