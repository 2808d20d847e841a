// The disk: a full one, and the share of it that the cache may fill.

#include <cstdio>
#include <fstream>

#include <catch2/catch.hpp>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

constexpr int no_rights = 77;

// Text that does not compress.
FetchedPage large_page(int number, std::int64_t seconds) {
  std::string text;
  while (text.size() < 20'000) {
    text += hash_text(std::to_string(number) + ' ' + std::to_string(text.size())).hex() + ' ';
  }
  return page_of("https://example.org/" + std::to_string(number), {text}, seconds);
}

// What a child with a small disk of its own found; 0 is all right.
int try_full_disk(const std::string& folder) {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return no_rights;
  }
  if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=24m") != 0) return no_rights;
  const std::filesystem::path ballast = std::filesystem::path(folder) / "ballast";
  std::ofstream(ballast) << std::string(8 << 20, 'b') << std::flush;
  config::CacheConfig config;
  config.directory = std::filesystem::path(folder) / "cache";
  auto cache = open_rocks_page_cache(config, at(0));
  if (!cache) return 1;
  int stored = 0;
  Result<StoreOutcome> outcome;
  while (stored < 5000 && (outcome = (*cache)->store(large_page(stored, 0), at(0)))) ++stored;
  if (outcome || outcome.error().code != ErrorCode::io) return 2;
  if ((*cache)->statistics()->writable) return 3;
  for (int i = 0; i < stored; ++i) {
    const auto page = (*cache)->find("https://example.org/" + std::to_string(i), at(1));
    if (!page || !*page) return 4;
  }
  if (!(*cache)->search(query_for("anything"), at(1))) return 5;
  std::filesystem::remove(ballast);
  const auto again = (*cache)->store(large_page(stored, 1), at(1));
  if (!again) std::fprintf(stderr, "%s\n", again.error().message.c_str());
  if (!again || !(*cache)->statistics()->writable) return 6;
  const auto report = (*cache)->verify(at(1));
  if (!report || !report->sound()) return 7;
  return report->pages == static_cast<std::uint64_t>(stored) + 1 ? 0 : 8;
}

}  // namespace

TEST_CASE("A full disk stops stores and nothing else, and they go on when there is space again") {
  TemporaryCache place;
  std::filesystem::create_directories(place.config.directory);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(try_full_disk(place.config.directory.string()));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_rights) {
    WARN("skipped: no right to mount a disk");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("Beyond its share of the disk, what was read longest ago goes, and never what is held") {
  TemporaryCache cache;
  cache.config.disk_bytes_max = 3 << 20;
  cache.config.retention = std::chrono::hours(24);
  cache.open();
  REQUIRE(cache->hold("https://example.org/0", "case 12", at(0)));
  for (int i = 0; i < 300; ++i) REQUIRE(cache->store(large_page(i, i), at(i)));
  CHECK(cache->compact());
  for (int i = 1; i < 4; ++i)
    CHECK(*cache->find("https://example.org/" + std::to_string(i), at(900)));
  const auto evicted = cache->fit_disk(at(1000));
  if (!evicted) FAIL(evicted.error().message);
  CHECK(*evicted > 50);
  CHECK(*evicted < 297);
  CHECK(cache->statistics()->disk_bytes < cache.config.disk_bytes_max);
  for (int kept : {0, 1, 2, 3, 299}) {
    INFO(kept);
    CHECK(*cache->find("https://example.org/" + std::to_string(kept), at(1000)));
  }
  CHECK_FALSE(*cache->find("https://example.org/5", at(1000)));
  CHECK(*cache->fit_disk(at(1000)) == 0);
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}
