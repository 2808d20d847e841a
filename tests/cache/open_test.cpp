// Opening a folder: what is ours, what is not, what is broken, and what is said about it.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;
namespace fs = std::filesystem;

namespace {

const std::string url = "https://example.org/a";

void fill(TemporaryCache& cache, int pages = 20) {
  cache.open();
  for (int i = 0; i < pages; ++i) {
    FetchedPage page = page_of(url + std::to_string(i), {"text " + std::to_string(i), "shared"});
    REQUIRE(cache->store(page, at(0)));
  }
  cache.close();
}

Error opening_error(const config::CacheConfig& config) {
  Result<std::unique_ptr<PageCache>> opened = open_rocks_page_cache(config, at(0));
  if (opened) FAIL("it opened");
  INFO(opened.error().message);
  CHECK(opened.error().message.find(config.directory.string()) != std::string::npos);
  return opened.error();
}

std::vector<fs::path> files_like(const config::CacheConfig& config, const std::string& prefix,
                                 const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(config.directory)) {
    if (entry.path().filename().string().starts_with(prefix) &&
        entry.path().extension() == extension && entry.file_size() > 0) {
      files.push_back(entry.path());
    }
  }
  return files;
}

void flip_byte_at(const fs::path& file, std::uintmax_t offset) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(stream.get() ^ 0x5a);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(byte);
}

void flip_byte(const fs::path& file) {
  flip_byte_at(file, fs::file_size(file) / 2);
}

}  // namespace

TEST_CASE("The folder is made for its owner alone") {
  TemporaryCache cache;
  cache.open();
  struct stat status{};
  REQUIRE(::stat(cache.config.directory.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("A folder that cannot be made is an io error") {
  TemporaryCache cache;
  std::ofstream(cache.config.directory.string()) << "a file";
  CHECK(opening_error(cache.config).code == ErrorCode::io);
  cache.config.directory /= "below";
  CHECK(opening_error(cache.config).code == ErrorCode::io);
}

TEST_CASE("A folder that another process holds is busy") {
  TemporaryCache cache;
  cache.open();
  CHECK(opening_error(cache.config).code == ErrorCode::busy);
  const pid_t child = ::fork();
  if (child == 0) {
    Result<std::unique_ptr<PageCache>> opened = open_rocks_page_cache(cache.config, at(0));
    ::_exit(!opened && opened.error().code == ErrorCode::busy ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  cache.open();
}

TEST_CASE("A folder of another format is told apart and left alone") {
  TemporaryCache cache;
  fill(cache);
  overwrite(cache.config, Family::meta, std::string(format_key), "\x63");
  const Error error = opening_error(cache.config);
  CHECK(error.code == ErrorCode::version_mismatch);
  CHECK(error.message.find("format 99") != std::string::npos);
  CHECK(error.message.find("seekctl cache export") != std::string::npos);
  overwrite(cache.config, Family::meta, std::string(format_key),
            std::string(1, static_cast<char>(format_version)));
  CHECK(cache.open().statistics()->pages == 20);
}

TEST_CASE("A database of another program is not taken for a cache") {
  TemporaryCache cache;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  REQUIRE(rocksdb::DB::Open(options, cache.config.directory.string(), &db).ok());
  REQUIRE(db->Put(rocksdb::WriteOptions(), "somebody's", "data").ok());
  delete db;
  CHECK(opening_error(cache.config).code == ErrorCode::version_mismatch);
}

TEST_CASE("A cache whose making was broken off is made to its end") {
  TemporaryCache cache;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  REQUIRE(rocksdb::DB::Open(options, cache.config.directory.string(), &db).ok());
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  REQUIRE(db->CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "pages", &handle).ok());
  db->DestroyColumnFamilyHandle(handle);
  delete db;
  CHECK(cache.open().store(page_of(url, {"text"}), at(0)));
}

TEST_CASE("A damaged manifest, a missing CURRENT or a CURRENT of nonsense is corrupt") {
  TemporaryCache cache;
  fill(cache);
  cache.open();
  cache.close();
  SECTION("manifest") {
    for (const fs::path& file : fs::directory_iterator(cache.config.directory)) {
      if (file.filename().string().starts_with("MANIFEST")) flip_byte(file);
    }
  }
  SECTION("no CURRENT") {
    fs::remove(cache.config.directory / "CURRENT");
  }
  SECTION("CURRENT") {
    std::ofstream(cache.config.directory / "CURRENT") << "nonsense\n";
  }
  CHECK(opening_error(cache.config).code == ErrorCode::corrupt);
}

TEST_CASE("A byte that rots in the middle of the log is corrupt, and loses nothing silently") {
  TemporaryCache cache;
  fill(cache);
  std::vector<fs::path> logs = files_like(cache.config, "", ".log");
  REQUIRE(logs.size() == 1);
  flip_byte(logs[0]);
  CHECK(opening_error(cache.config).code == ErrorCode::corrupt);
}

TEST_CASE("A log cut off within its last record loses that record alone") {
  TemporaryCache cache;
  cache.open();
  REQUIRE(cache->store(page_of(url, {"acknowledged"}), at(0)));
  cache.close();
  std::vector<fs::path> logs = files_like(cache.config, "", ".log");
  REQUIRE(logs.size() == 1);
  // The last record is the snapshot of the Bloom filters, written at closing.
  fs::resize_file(logs[0], fs::file_size(logs[0]) - 3);
  cache.open();
  CHECK(*cache->find(url, at(0)));
  cache.close();
  CHECK(contradictions(cache.config).empty());
}

TEST_CASE("A damaged table file gives corrupt, not wrong text") {
  TemporaryCache cache;
  fill(cache);
  compact_everything(cache.config, at(0));
  for (const fs::path& file : files_like(cache.config, "", ".sst")) {
    for (std::uintmax_t offset = 0; offset < fs::file_size(file); offset += 40) {
      flip_byte_at(file, offset);
    }
  }
  Result<std::unique_ptr<PageCache>> opened = open_rocks_page_cache(cache.config, at(0));
  if (!opened) {
    CHECK(opened.error().code == ErrorCode::corrupt);
    return;
  }
  CHECK((*opened)->find(url + "3", at(0)).error().code == ErrorCode::corrupt);
}

TEST_CASE("A damaged record is named by family and key, and what does not touch it is still read") {
  TemporaryCache cache;
  fill(cache);
  const ContentHash key = page_key(url + "3");
  const Family family = GENERATE(Family::pages, Family::blocks);
  const FamilyContent records = read_everything(cache.config)[family];
  for (const auto& [record_key, value] : records) {
    if (family == Family::pages ? record_key == key.view()
                                : value.find("text 3") != std::string::npos) {
      overwrite(cache.config, family, record_key, value.substr(0, value.size() - 1));
    }
  }
  cache.open();
  Result<std::optional<StoredPage>> damaged = cache->find(url + "3", at(0));
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code == ErrorCode::corrupt);
  CHECK(damaged.error().message.find("`" + std::string(to_string(family)) + "`") !=
        std::string::npos);
  CHECK(*cache->find(url + "4", at(0)));
}

TEST_CASE("Text that another one was put in the place of is corrupt") {
  TemporaryCache cache;
  fill(cache);
  const FamilyContent blocks = read_everything(cache.config)[Family::blocks];
  for (const auto& [key, value] : blocks) {
    std::string changed = value;
    std::ranges::replace(changed, 'x', 'y');
    overwrite(cache.config, Family::blocks, key, changed);
  }
  cache.open();
  CHECK(cache->find(url + "3", at(0)).error().code == ErrorCode::corrupt);
}

TEST_CASE("A Bloom filter snapshot that is damaged, old or missing is made anew") {
  TemporaryCache cache;
  fill(cache);
  FamilyContent meta = read_everything(cache.config)[Family::meta];
  const std::string urls(url_filter_key);
  REQUIRE(meta.contains(urls));
  SECTION("damaged") {
    std::string bits = meta[urls];
    bits[bits.size() / 2] ^= 1;
    overwrite(cache.config, Family::meta, urls, bits);
  }
  SECTION("cut") {
    overwrite(cache.config, Family::meta, urls, meta[urls].substr(0, 40));
  }
  SECTION("empty") {
    overwrite(cache.config, Family::meta, urls, "");
  }
  SECTION("of a batch before the last") {
    cache.open();
    REQUIRE(cache->store(page_of(url + "20", {"late"}), at(0)));
    cache.close();
    overwrite(cache.config, Family::meta, urls, meta[urls]);
    cache.open();
    CHECK(*cache->find(url + "20", at(0)));
  }
  cache.open();
  for (int i = 0; i < 20; ++i) CHECK(*cache->find(url + std::to_string(i), at(0)));
}
