#include "tests/cache/cache_checker.h"

#include <memory>
#include <optional>
#include <set>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>

#include "cache/index/lexical_index.h"
#include "cache/index/passage_changes.h"
#include "cache/index/posting_list.h"
#include "cache/page_record.h"
#include "cache/record.h"
#include "cache/storage.h"

namespace seekd::cache {
namespace {

class OpenDatabase {
 public:
  OpenDatabase(const config::CacheConfig& config, TimePoint now) {
    Result<Storage> storage = Storage::open(config);
    if (!storage) FAIL(storage.error().message);
    storage_ = std::move(*storage);
    rocksdb::DBOptions options;
    storage_->use_in(options);
    auto families = family_descriptors(config, std::make_shared<ExpiryClock>(now));
    rocksdb::DB* db = nullptr;
    rocksdb::Status status =
        rocksdb::DB::Open(options, config.directory.string(), families, &handles_, &db);
    if (!status.ok()) FAIL(status.ToString());
    db_.reset(db);
  }

  ~OpenDatabase() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

  rocksdb::DB& operator*() { return *db_; }
  rocksdb::ColumnFamilyHandle* handle(Family family) {
    return handles_[static_cast<std::size_t>(family)];
  }

  FamilyContent read(Family family) {
    FamilyContent content;
    std::unique_ptr<rocksdb::Iterator> iterator(
        db_->NewIterator(rocksdb::ReadOptions(), handle(family)));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
      content[iterator->key().ToString()] = iterator->value().ToString();
    }
    if (!iterator->status().ok()) FAIL(iterator->status().ToString());
    return content;
  }

 private:
  std::optional<Storage> storage_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

std::string hex(std::string_view bytes) {
  return rocksdb::Slice(bytes).ToString(true);
}

class Checker {
 public:
  explicit Checker(std::map<Family, FamilyContent> content) : content_(std::move(content)) {}

  std::vector<std::string> check() {
    for (const auto& [key, bytes] : content_[Family::holdings]) check_page(key, bytes);
    expect(content_[Family::pages].size() == content_[Family::holdings].size(),
           "pages without holdings");
    expect(content_[Family::versions].size() == versions_, "versions of no page");
    expect(content_[Family::passages].size() == passages_.size(), "passages of no page");
    expect(content_[Family::expiry].size() == content_[Family::holdings].size(),
           "expiry entries of no page");
    expect(content_[Family::vectors].size() == passages_.size(), "vectors of no passage");
    check_blocks();
    check_postings();
    check_counters();
    return std::move(findings_);
  }

 private:
  void expect(bool holds, const std::string& finding) {
    if (!holds) findings_.push_back(finding);
  }

  template <class Record>
  Record read(Family family, const std::string& key) {
    Record record;
    auto found = content_[family].find(key);
    const bool sound = found != content_[family].end() && decode(found->second, record);
    expect(sound, std::string(to_string(family)) + " " + hex(key) + " is missing or damaged");
    return record;
  }

  void check_page(const std::string& key, const std::string& bytes) {
    HoldingsRecord holdings;
    expect(decode(bytes, holdings), "holdings " + hex(key) + " are damaged");
    const auto page = read<PageRecord>(Family::pages, key);
    ContentHash hash = page_key(page.url);
    expect(hash.view() == key, page.url + " stands under another key");
    expect(page.expires_at == holdings.expires_at, page.url + ": two times of expiry");
    expect(content_[Family::expiry].contains(expiry_key(page.expires_at, hash)),
           page.url + ": no expiry entry");
    std::set<ContentHash> needed;
    for (const BlockRef& block : page.blocks) needed.insert(block.id);
    for (const auto& [version, value] : content_[Family::versions]) {
      if (!version.starts_with(key)) continue;
      ++versions_;
      VersionRecord past;
      expect(decode(value, past) && past.page.version < page.version, "version " + hex(version));
      for (const BlockRef& block : past.page.blocks) needed.insert(block.id);
    }
    expect(std::vector(needed.begin(), needed.end()) == holdings.blocks,
           page.url + ": holdings are not what its versions need");
    for (const ContentHash& block : holdings.blocks) ++references_[block];
    std::vector<std::uint64_t> ids;
    ids.reserve(page.passages.size());
    for (const PassageRef& passage : page.passages) ids.push_back(passage.id);
    expect(ids == holdings.passages, page.url + ": holdings have other passages");
    for (std::uint64_t id : ids) {
      auto passage = read<PassageRecord>(Family::passages, passage_key(id));
      expect(passage.page == hash, page.url + ": a passage is another page's");
      auto vector = read<VectorRecord>(Family::vectors, passage_key(id));
      expect(vector.host == host_of(page.url), page.url + ": a passage is of another host");
      expect(passages_.emplace(id, passage).second, "passage used twice");
    }
  }

  void check_blocks() {
    expect(references_.size() == content_[Family::blocks].size(), "blocks that no page holds");
    for (const auto& [id, pages] : references_) {
      auto block = read<BlockRecord>(Family::blocks, std::string(id.view()));
      expect(block.pages == pages, "block " + id.hex() + " counts " + std::to_string(block.pages) +
                                       " pages instead of " + std::to_string(pages));
      expect(hash_block(block.block) == id, "block " + id.hex() + " has another text");
    }
  }

  void check_postings() {
    std::map<std::string, std::vector<Posting>> expected;
    for (const auto& [id, passage] : passages_) {
      for_each_posting(passage, [&, id = id](std::string_view term, std::uint16_t count) {
        expected[posting_key(term, id / passages_per_chunk)].push_back(
            {static_cast<std::uint16_t>(id % passages_per_chunk), count});
      });
    }
    std::map<std::string, std::vector<Posting>> stored;
    for (const auto& [key, bytes] : content_[Family::terms]) {
      if (bytes.empty()) continue;  // until the next compaction
      expect(decode(bytes, stored[key]), "postings " + hex(key) + " are damaged");
    }
    expect(expected == stored, "postings and passages disagree");
  }

  void check_counters() {
    CountersRecord counters;  // not there before the first batch
    if (content_[Family::meta].contains(std::string(counters_key))) {
      counters = read<CountersRecord>(Family::meta, std::string(counters_key));
    }
    std::uint64_t terms = 0;
    for (const auto& [id, passage] : passages_) terms += passage.length;
    expect(counters.pages == content_[Family::pages].size(), "counter of pages");
    expect(counters.versions == content_[Family::versions].size(), "counter of versions");
    expect(counters.blocks == content_[Family::blocks].size(), "counter of blocks");
    expect(counters.passages == content_[Family::passages].size(), "counter of passages");
    expect(counters.terms == terms, "counter of terms");
    expect(passages_.empty() || counters.next_passage > passages_.rbegin()->first, "next passage");
  }

  std::map<Family, FamilyContent> content_;
  std::vector<std::string> findings_;
  std::map<ContentHash, std::uint32_t> references_;
  std::map<std::uint64_t, PassageRecord> passages_;
  std::size_t versions_ = 0;
};

}  // namespace

std::map<Family, FamilyContent> read_everything(const config::CacheConfig& config) {
  OpenDatabase database(config, TimePoint::min());
  std::map<Family, FamilyContent> content;
  for (std::size_t i = 0; i < family_count; ++i) {
    content[static_cast<Family>(i)] = database.read(static_cast<Family>(i));
  }
  return content;
}

void compact_everything(const config::CacheConfig& config, TimePoint now) {
  OpenDatabase database(config, now);
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (std::size_t i = 0; i < family_count; ++i) {
    REQUIRE((*database)
                .CompactRange(options, database.handle(static_cast<Family>(i)), nullptr, nullptr)
                .ok());
  }
}

std::vector<std::string> contradictions(const config::CacheConfig& config) {
  return Checker(read_everything(config)).check();
}

void overwrite(const config::CacheConfig& config, Family family, const std::string& key,
               const std::string& value) {
  OpenDatabase database(config, TimePoint::min());
  REQUIRE((*database).Put(rocksdb::WriteOptions(), database.handle(family), key, value).ok());
}

}  // namespace seekd::cache
