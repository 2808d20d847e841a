// The cache at rest: nothing of a page can be read in its files without the key, nothing foreign is
// read with it, and the key can be changed.

#include <algorithm>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "cache/encryption/data_key.h"
#include "cache/inspect.h"
#include "cache/rekey.h"
#include "cache/rocks_page_cache.h"
#include "cache/salvage.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;
namespace fs = std::filesystem;

namespace {

// What no compression touches.
const std::string marker = hash_text("what the page says").hex();

std::string url_of(int page) {
  return "https://secret.example/" + std::to_string(page);
}

fs::path write_key(const TemporaryCache& cache, const std::string& name, const std::string& content,
                   mode_t mode = 0400) {
  const fs::path file = cache.config.directory.parent_path() / name;
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << content;
  ::chmod(file.c_str(), mode);
  return file;
}

void store_pages(TemporaryCache& cache, int count) {
  for (int i = 0; i < count; ++i) {
    const auto stored = cache->store(
        page_of(url_of(i), {"shared", marker + " kestrel " + hash_text(url_of(i)).hex()}), at(0));
    if (!stored) FAIL(stored.error().message);
  }
}

// Of a page's words, its URL and RocksDB's own magic numbers: which stand in a file as they are?
std::vector<std::string> readable(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    for (const std::string& text : {marker, std::string("secret.example"), std::string("kestrel"),
                                    std::string("rocksdb"), std::string("MANIFEST")}) {
      if (content.find(text) != content.npos) {
        found.push_back(entry.path().filename().string() + ": " + text);
      }
    }
  }
  return found;
}

bool holds(const std::vector<std::string>& found, const std::string& text) {
  return std::ranges::any_of(found, [&](const auto& f) { return f.ends_with(text); });
}

Error opening_error(const config::CacheConfig& config) {
  auto opened = open_rocks_page_cache(config, at(0));
  if (opened) FAIL("it opened");
  return opened.error();
}

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

void check_pages(PageCache& cache, int count) {
  for (int i = 0; i < count; ++i) {
    const auto page = cache.find(url_of(i), at(1));
    if (!page) FAIL(page.error().message);
    REQUIRE(*page);
    CHECK(texts_of((*page)->blocks)[1].starts_with(marker));
  }
  CHECK_FALSE(cache.search(query_for("kestrel"), at(1))->empty());
}

}  // namespace

TEST_CASE("What a page says stands in the files without a key, and in none of them with one") {
  TemporaryCache cache;
  SECTION("without") {
    cache.open();
    store_pages(cache, 30);
    CHECK(holds(readable(cache.config.directory), marker));
    cache->compact();
    cache.close();
    CHECK(holds(readable(cache.config.directory), marker));
    CHECK(holds(readable(cache.config.directory), "secret.example"));
  }
  SECTION("with") {
    cache.config.key_file = write_key(cache, "key", std::string(32, 'k'));
    cache.open();
    store_pages(cache, 30);
    CHECK(readable(cache.config.directory) == std::vector<std::string>());  // the log
    cache->compact();
    const fs::path copy = cache.config.directory.string() + "-backups/one";
    REQUIRE(cache->copy_to(copy));
    cache.close();
    CHECK(readable(cache.config.directory) == std::vector<std::string>());
    CHECK(readable(copy) == std::vector<std::string>());
    check_pages(cache.open(), 30);
    CHECK(cache->verify(at(1))->sound());
    cache.close();
    for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
    cache.config.directory = copy;
    CHECK(inspect(cache.config, at(1))->pages == 30);
    check_pages(cache.open(), 30);
  }
}

TEST_CASE("A key is 32 bytes or 64 hexadecimal digits that nobody else can read") {
  TemporaryCache cache;
  const auto error_of = [&](const std::string& content, mode_t mode = 0400) {
    cache.config.key_file = write_key(cache, "key", content, mode);
    const Error error = opening_error(cache.config);
    CHECK(error.message.find(cache.config.key_file.string()) != std::string::npos);
    CHECK_FALSE(fs::exists(cache.config.directory / keys_file));
    return error.message;
  };
  for (std::size_t size : {0, 31, 33, 63, 66, 5000}) {
    CHECK(error_of(std::string(size, 'a')).find("64 hexadecimal digits") != std::string::npos);
  }
  CHECK(error_of(std::string(63, 'a') + 'g').find("64 hexadecimal") != std::string::npos);
  CHECK(error_of(std::string(32, 'k'), 0440).find("chmod 400") != std::string::npos);
  CHECK(error_of(std::string(32, 'k'), 0604).find("chmod 400") != std::string::npos);
  cache.config.key_file = "/nowhere/key";
  CHECK(opening_error(cache.config).code == ErrorCode::not_found);
  cache.config.key_file = cache.config.directory.parent_path();
  CHECK(opening_error(cache.config).message.find("regular file") != std::string::npos);

  cache.config.key_file =
      write_key(cache, "key", "0123456789abcdefABCDEF" + std::string(42, '7') + "\n");
  cache.open();
  store_pages(cache, 1);
  check_pages(cache.open(), 1);
}

TEST_CASE("systemd's credentials are as systemd made them") {
  TemporaryCache cache;
  cache.config.key_file = write_key(cache, "cache-key", std::string(32, 'k'), 0440);
  CHECK(opening_error(cache.config).code == ErrorCode::invalid_argument);
  ::setenv("CREDENTIALS_DIRECTORY", cache.config.key_file.parent_path().c_str(), 1);
  cache.open();
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("Another key, no key, or a key too many is told before anything is written") {
  TemporaryCache cache;
  const fs::path right = write_key(cache, "right", std::string(32, 'r'));
  const fs::path wrong = write_key(cache, "wrong", std::string(32, 'w'));
  SECTION("encrypted") {
    cache.config.key_file = right;
    cache.open();
    store_pages(cache, 5);
    cache.close();
    const auto before = files_of(cache.config.directory);
    cache.config.key_file = wrong;
    const Error other = opening_error(cache.config);
    CHECK(other.code == ErrorCode::invalid_argument);
    CHECK(other.message.find(wrong.string()) != std::string::npos);
    CHECK(other.message.find("cache.key_file") != std::string::npos);
    CHECK(inspect(cache.config, at(0)).error().code == ErrorCode::invalid_argument);
    CHECK(salvage(cache.config, at(0)).error().code == ErrorCode::invalid_argument);
    cache.config.key_file.clear();
    CHECK(opening_error(cache.config).message.find("it is encrypted") != std::string::npos);
    CHECK(files_of(cache.config.directory) == before);
    cache.config.key_file = right;
    check_pages(cache.open(), 5);
  }
  SECTION("not encrypted") {
    cache.open();
    store_pages(cache, 5);
    cache.close();
    const auto before = files_of(cache.config.directory);
    cache.config.key_file = right;
    CHECK(opening_error(cache.config).message.find("seekctl cache encrypt") != std::string::npos);
    CHECK(files_of(cache.config.directory) == before);
  }
}

TEST_CASE("A file with the key that is lost or damaged is told apart from a wrong key") {
  TemporaryCache cache;
  cache.config.key_file = write_key(cache, "key", std::string(32, 'k'));
  cache.open();
  store_pages(cache, 5);
  cache.close();
  const fs::path keys = cache.config.directory / keys_file;
  const std::string whole = files_of(cache.config.directory)[keys_file];
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string turned = whole;
    turned[i] ^= 1;
    std::ofstream(keys, std::ios::binary) << turned;
    const Error error = opening_error(cache.config);
    // The byte of the format says that it is another one's.
    CHECK(error.code == (i == 8 ? ErrorCode::version_mismatch : ErrorCode::corrupt));
    CHECK(error.message.find(keys_file) != std::string::npos);
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{9}, whole.size() - 1}) {
    std::ofstream(keys, std::ios::binary) << whole.substr(0, size);
    CHECK(opening_error(cache.config).code == ErrorCode::corrupt);
  }
  fs::remove(keys);
  CHECK(opening_error(cache.config).message.find("is missing") != std::string::npos);
  cache.config.key_file.clear();
  CHECK(opening_error(cache.config).message.find("is missing") != std::string::npos);
}

TEST_CASE("A plain file is not taken among the encrypted ones") {
  TemporaryCache cache;
  cache.config.key_file = write_key(cache, "key", std::string(32, 'k'));
  cache.open();
  store_pages(cache, 5);
  cache.close();
  std::ofstream(cache.config.directory / "CURRENT") << "MANIFEST-000005\n";
  const Error error = opening_error(cache.config);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.message.find("CURRENT") != std::string::npos);
}

TEST_CASE("Another master key changes one file, and the old one opens nothing any more") {
  TemporaryCache cache;
  const fs::path first = write_key(cache, "first", std::string(32, '1'));
  const fs::path second = write_key(cache, "second", std::string(32, '2'));
  cache.config.key_file = first;
  CHECK(rotate_key(cache.config, second).error().code == ErrorCode::invalid_argument);
  cache.open();
  store_pages(cache, 20);
  CHECK(rotate_key(cache.config, second).error().code == ErrorCode::busy);
  cache.close();
  auto before = files_of(cache.config.directory);
  CHECK_FALSE(rotate_key(cache.config, "/nowhere/key"));
  if (const Status rotated = rotate_key(cache.config, second); !rotated) {
    FAIL(rotated.error().message);
  }
  auto after = files_of(cache.config.directory);
  CHECK(before[keys_file] != after[keys_file]);
  before.erase(keys_file);
  after.erase(keys_file);
  CHECK(before == after);
  CHECK(opening_error(cache.config).code == ErrorCode::invalid_argument);
  CHECK(rotate_key(cache.config, second).error().code == ErrorCode::invalid_argument);
  cache.config.key_file = second;
  check_pages(cache.open(), 20);
}

TEST_CASE("A cache is encrypted, given a new key inside, and decrypted, whole each time") {
  TemporaryCache cache;
  const fs::path first = write_key(cache, "first", std::string(32, '1'));
  const fs::path second = write_key(cache, "second", std::string(32, '2'));
  cache.open();
  store_pages(cache, 20);
  REQUIRE(cache->hold("secret.example", "case 12", at(0)));
  CHECK(rewrite_under_key(cache.config, first, at(1)).error().code == ErrorCode::busy);
  cache.close();
  const auto content = read_everything(cache.config);
  std::int64_t time = 1;
  for (const fs::path& key : {first, second, fs::path()}) {
    const auto old = rewrite_under_key(cache.config, key, at(++time));
    if (!old) FAIL(old.error().message);
    CHECK(fs::exists(*old / "CURRENT"));
    cache.config.key_file = key;
    CHECK(readable(cache.config.directory).empty() == !key.empty());
    CHECK(read_everything(cache.config) == content);
    check_pages(cache.open(), 20);
    CHECK(cache->holds().size() == 1);
    cache.close();
  }
}
