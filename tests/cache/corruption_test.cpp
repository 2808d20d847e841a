// Turned bits and cut files of every kind, encrypted and not: each answer is right or an error, and
// a repair leaves a sound cache of what is left.
//
// SEEKD_CRASH_POINTS=1000 in the environment makes it a thousand places.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/inspect.h"
#include "cache/rocks_page_cache.h"
#include "cache/salvage.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;
namespace fs = std::filesystem;

namespace {

constexpr int pages_in_tables = 40;
constexpr int pages_in_all = 60;  // the others stand in the log of writes

FetchedPage page_number(int number) {
  const std::string own = hash_text(std::to_string(number)).hex();
  return page_of("https://example.org/" + std::to_string(number),
                 {"what every page says", "kestrel " + own + ' ' + std::string(700, 'k'), own}, 0);
}

// A cache of every kind of file.
void fill(TemporaryCache& cache) {
  cache.open();
  for (int i = 0; i < pages_in_all; ++i) {
    if (i == pages_in_tables) REQUIRE(cache->compact());
    REQUIRE(cache->store(page_number(i), at(0)));
  }
  cache.close();
}

enum class Damage : std::uint8_t { turned_bit, turned_byte, cut };

struct Place {
  std::string file;
  Damage damage = Damage::turned_bit;
  std::uintmax_t offset = 0;

  std::string kind() const {
    const fs::path name(file);
    return name.has_extension() ? name.extension().string() : file.substr(0, file.find('-'));
  }
};

void damage(const fs::path& folder, const Place& place) {
  const fs::path file = folder / place.file;
  if (place.damage == Damage::cut) return fs::resize_file(file, place.offset);
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(place.offset));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(place.offset));
  stream.put(static_cast<char>(byte ^ (place.damage == Damage::turned_bit ? 0x10 : 0xff)));
}

// What went wrong in a trial, and an end of its process that RocksDB decided on, come out of here.
enum Outcome : int { all_right, served_wrong, lost_silently, unnamed, unsound_after_repair, stuck };

bool is_right(const StoredPage& page, int number) {
  return page.blocks == page_number(number).blocks;
}

// An error says what is damaged; KEYS may seem to be of another format or key.
bool names_it(const Error& error, const fs::path& folder, const Place& place) {
  const bool code = error.code == ErrorCode::corrupt || error.code == ErrorCode::io ||
                    (place.file == "KEYS" && error.code != ErrorCode::internal);
  return code && error.message.find(folder.string()) != std::string::npos;
}

// What was acknowledged may be missing where the end of the log is: as if the power had gone.
bool may_be_lost(const Place& place, int number) {
  return place.kind() == ".log" && number >= pages_in_tables;
}

Outcome look_at(PageCache& cache, const fs::path& folder, const Place& place) {
  for (int i = 0; i < pages_in_all; ++i) {
    const auto page = cache.find("https://example.org/" + std::to_string(i), at(1));
    if (!page && !names_it(page.error(), folder, place)) return unnamed;
    if (page && *page && !is_right(**page, i)) return served_wrong;
    if (page && !*page && !may_be_lost(place, i)) return lost_silently;
  }
  const auto passages = cache.search(query_for("kestrel"), at(1));
  if (!passages && !names_it(passages.error(), folder, place)) return unnamed;
  if (!passages) return all_right;
  for (const Passage& passage : *passages) {
    const int number = std::stoi(passage.url.substr(passage.url.rfind('/') + 1));
    if (snapshot_text(page_number(number).blocks).find(passage.text) == std::string::npos) {
      return served_wrong;
    }
  }
  return all_right;
}

Outcome try_place(const config::CacheConfig& config, const Place& place) {
  damage(config.directory, place);
  auto cache = open_rocks_page_cache(config, at(1));
  if (!cache && !names_it(cache.error(), config.directory, place)) {
    std::fprintf(stderr, "%s\n", cache.error().message.c_str());
    return unnamed;
  }
  if (cache) {
    const Outcome seen = look_at(**cache, config.directory, place);
    if (seen != all_right) return seen;
    cache->reset();
  }
  if (place.file == "KEYS") return all_right;  // it comes out of a backup
  const auto report = salvage(config, at(1));
  if (!report) std::fprintf(stderr, "%s\n", report.error().message.c_str());
  if (!report) return stuck;
  const auto repaired = inspect(config, at(1));
  if (!repaired || !repaired->sound()) return unsound_after_repair;
  cache = open_rocks_page_cache(config, at(1));
  if (!cache) return stuck;
  for (int i = 0; i < pages_in_all; ++i) {
    const auto page = (*cache)->find("https://example.org/" + std::to_string(i), at(1));
    if (!page) return unsound_after_repair;
    if (*page && !is_right(**page, i)) return served_wrong;
    if (!*page && !(*cache)->store(page_number(i), at(1))) return stuck;
  }
  return all_right;
}

// In a process of its own, so that one that ends is seen.
int status_of(const config::CacheConfig& config, const Place& place) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(try_place(config, place));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

void try_places(TemporaryCache& cache, std::uint64_t seed) {
  fill(cache);
  std::vector<std::pair<std::string, std::uintmax_t>> files;
  for (const auto& entry : fs::directory_iterator(cache.config.directory)) {
    if (entry.file_size() > 0) files.emplace_back(entry.path().filename(), entry.file_size());
  }
  std::ranges::sort(files);
  const char* wanted = std::getenv("SEEKD_CRASH_POINTS");
  const int points = wanted == nullptr ? 36 : std::atoi(wanted);
  std::mt19937_64 random(seed);
  std::map<std::string, int> tried;
  for (int point = 0; point < points; ++point) {
    // Every file once, then any.
    const auto& [name, size] =
        files[static_cast<std::size_t>(point) < files.size() ? static_cast<std::size_t>(point)
                                                             : random() % files.size()];
    const Place place{name, static_cast<Damage>(random() % 3), random() % size};
    config::CacheConfig config = cache.config;
    const fs::path folder = cache.config.directory.parent_path() / "trial";
    fs::remove_all(folder);
    fs::create_directory(folder);
    config.directory = folder / "cache";
    fs::copy(cache.config.directory, config.directory, fs::copy_options::recursive);
    INFO(place.file << ", damage " << static_cast<int>(place.damage) << " at " << place.offset
                    << " of " << size);
    const int status = status_of(config, place);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == all_right);
    ++tried[place.kind()];
  }
  for (const char* kind : {".sst", ".log", "MANIFEST", "CURRENT", "OPTIONS"}) {
    INFO(kind);
    CHECK(tried[kind] > 0);
  }
}

}  // namespace

TEST_CASE("Damage in any file is never served, and what is left can be repaired") {
  TemporaryCache cache;
  try_places(cache, 20261122);
}

TEST_CASE("Damage in any encrypted file is never served, and what is left can be repaired") {
  TemporaryCache cache;
  cache.config.key_file = cache.config.directory.parent_path() / "key";
  std::ofstream(cache.config.key_file) << std::string(32, 'k');
  ::chmod(cache.config.key_file.c_str(), 0400);
  try_places(cache, 20261123);
}
