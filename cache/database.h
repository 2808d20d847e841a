// Database: RocksDB as the cache uses it. ReadView: one moment of it. WriteSet: what one batch
// changes.
//
// A Database may be used from any thread; a ReadView or a WriteSet by one at a time. Errors name
// the folder and the remedy; `corrupt` names the record too.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/opened_folder.h"
#include "cache/storage.h"
#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

class Database;

class WriteSet {
 public:
  explicit WriteSet(const Database& database);

  void put(Family family, std::string_view key, std::string_view value);
  void merge(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  std::size_t bytes() const { return batch_.GetDataSize(); }

 private:
  friend class Database;

  const std::shared_ptr<OpenedFolder> opened_;
  rocksdb::WriteBatch batch_;
};

// All reads through one view see the same batches.
class ReadView {
 public:
  explicit ReadView(const Database& database);
  ~ReadView();
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;

  // Errors: corrupt, io.
  Result<std::optional<std::string>> get(Family family, std::string_view key) const;

  // Values where RocksDB has them, without a copy, as long as these live; nullopt where there is
  // none. In the order of the keys. Errors: corrupt, io. REQUIRES: `keys` is sorted.
  Result<std::vector<std::optional<rocksdb::PinnableSlice>>> get_many(
      Family family, const std::vector<std::string>& keys) const;

  // The record under a key; nullopt when there is none. Errors: corrupt, io.
  template <class Record>
  Result<std::optional<Record>> load(Family family, std::string_view key) const {
    Result<std::optional<std::string>> bytes = get(family, key);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (!*bytes) return std::nullopt;
    std::optional<Record> record(std::in_place);
    if (!decode(**bytes, *record)) return std::unexpected(damaged(family, key));
    return record;
  }

  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;

  // Of a family whose keys are hashes, all that can be read: where a file is damaged, it goes on
  // some keys later. Gives how often it had to.
  std::size_t for_each_readable(Family family, const Visitor& visit) const;

  // In key order, until `visit` answers false. Errors: corrupt, io.
  Status for_each(Family family, std::string_view prefix, const Visitor& visit) const;

  // The `corrupt` error for a record whose bytes or whose relation to others is wrong.
  Error damaged(Family family, std::string_view key) const;

 private:
  const Database& database_;
  const std::shared_ptr<OpenedFolder> opened_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

enum class Durability : std::uint8_t {
  synced,    // on disk when write() returns
  buffered,  // a crash may undo it
};

class Database {
 public:
  // As open_rocks_page_cache says.
  static Result<std::unique_ptr<Database>> open(const config::CacheConfig& config, TimePoint now);

  // A folder that nothing writes to meanwhile, a backup for instance; write() and what rewrites
  // files fail. Errors: version_mismatch, busy, corrupt, io.
  static Result<std::unique_ptr<Database>> open_for_reading(const config::CacheConfig& config,
                                                            TimePoint now);

  // A damaged folder, as far as it can be read, whatever its format says; where RocksDB's own
  // bookkeeping is lost it is made anew from the files. Errors: corrupt, io.
  static Result<std::unique_ptr<Database>> open_damaged(const config::CacheConfig& config,
                                                        TimePoint now);

  // All of it or nothing. Errors: io (a disk that is nearly full, too: what RocksDB writes behind
  // our back has to find room), corrupt. After one, nothing is written until the folder was opened
  // again: views try it once a second, where the disk takes writes and nobody else looks.
  Status write(WriteSet& changes, Durability durability);

  // Did the last write succeed?
  bool writable() const { return writable_.load(std::memory_order_relaxed); }

  // Files and what is not yet in files. An estimate, without asking the file system.
  std::uint64_t disk_bytes() const;

  // Every block of every file against its checksum. Errors: corrupt, io.
  Status verify_checksums();

  // Rewrites all files without what was deleted or has expired. Errors: corrupt, io.
  Status compact();

  // compact(), when no reader is left who could see what was deleted before this call, so that no
  // file holds it any more; the log neither. Errors: busy (readers did not end), corrupt, io.
  Status erase_for_good();

  // A copy of this moment in a new folder; files that do not change are shared with it by hard
  // links. Errors: invalid_argument (the folder is there already), io.
  Status copy_to(const std::filesystem::path& folder);

  // Bytes in files and records, estimated, of one family.
  std::uint64_t family_bytes(Family family) const;
  std::uint64_t family_records(Family family) const;

  // Tells compaction what time it is.
  void set_clock(TimePoint now) { clock_->set(now); }

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

 private:
  friend class ReadView;
  friend class WriteSet;

  Database(const config::CacheConfig& config, Storage storage, TimePoint now)
      : config_(config),
        folder_(config.directory),
        storage_(std::move(storage)),
        clock_(std::make_shared<ExpiryClock>(now)) {}

  Status open_folder(OpenedFolder::Access access);
  Status check_room(Durability durability) const;
  std::shared_ptr<OpenedFolder> opened() const;
  std::shared_ptr<OpenedFolder> opened_or_mended() const;
  void mend() const;
  Status refuse_writing(Error error);

  const config::CacheConfig config_;
  const std::filesystem::path folder_;
  const Storage storage_;
  std::atomic<bool> writable_ = true;
  std::shared_ptr<ExpiryClock> clock_;
  mutable std::mutex opening_;
  mutable std::shared_ptr<OpenedFolder> opened_;
  mutable std::atomic<bool> broken_ = false;                    // RocksDB's log of writes failed
  mutable std::chrono::steady_clock::time_point next_mending_;  // not before
};

}  // namespace seekd::cache
