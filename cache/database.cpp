#include "cache/database.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>
#include <utility>

#include <rocksdb/utilities/checkpoint.h>

#include "cache/codec.h"
#include "cache/storage_folder.h"

namespace seekd::cache {
namespace {

constexpr std::uintmax_t disk_reserve_bytes_max = 256 << 20;
constexpr std::uintmax_t disk_reserve_share = 8;  // of a small disk, an eighth

constexpr int readers_waited_for_max = 500;
constexpr std::chrono::milliseconds reader_wait{20};

rocksdb::DBOptions database_options(const Storage& storage) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  storage.use_in(options);
  // A record cut off at the end of the log is a write that nobody was told of; anything else is
  // damage.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = 64 << 20;  // of all families together
  options.max_total_wal_size = 64 << 20;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

}  // namespace

void WriteSet::put(Family family, std::string_view key, std::string_view value) {
  batch_.Put(database_.handle(family), key, value);
}

void WriteSet::merge(Family family, std::string_view key, std::string_view value) {
  batch_.Merge(database_.handle(family), key, value);
}

void WriteSet::erase(Family family, std::string_view key) {
  batch_.Delete(database_.handle(family), key);
}

ReadView::ReadView(const Database& database)
    : database_(database), snapshot_(database.db_->GetSnapshot()) {
  options_.snapshot = snapshot_;
}

ReadView::~ReadView() {
  database_.db_->ReleaseSnapshot(snapshot_);
}

Result<std::optional<std::string>> ReadView::get(Family family, std::string_view key) const {
  std::string value;
  rocksdb::Status status = database_.db_->Get(options_, database_.handle(family), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(storage_error(status, database_.folder_));
  return value;
}

Result<std::vector<std::optional<rocksdb::PinnableSlice>>> ReadView::get_many(
    Family family, const std::vector<std::string>& keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_.db_->MultiGet(options_, database_.handle(family), keys.size(), slices.data(),
                          values.data(), statuses.data(), /*sorted_input=*/true);
  std::vector<std::optional<rocksdb::PinnableSlice>> found(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return std::unexpected(storage_error(statuses[i], database_.folder_));
    found[i].emplace(std::move(values[i]));
  }
  return found;
}

Status ReadView::for_each(Family family, std::string_view prefix, const Visitor& visit) const {
  std::unique_ptr<rocksdb::Iterator> iterator(
      database_.db_->NewIterator(options_, database_.handle(family)));
  for (iterator->Seek(prefix); iterator->Valid(); iterator->Next()) {
    if (!iterator->key().starts_with(prefix)) break;
    if (!visit(iterator->key().ToStringView(), iterator->value().ToStringView())) break;
  }
  if (iterator->status().ok()) return {};
  return std::unexpected(storage_error(iterator->status(), database_.folder_));
}

std::size_t ReadView::for_each_readable(Family family, const Visitor& visit) const {
  constexpr std::uint32_t steps = 1 << 16;  // of the first two bytes
  std::size_t gaps = 0;
  std::string from;
  for (std::uint32_t next = 0; next < steps;) {
    std::unique_ptr<rocksdb::Iterator> iterator(
        database_.db_->NewIterator(options_, database_.handle(family)));
    for (iterator->Seek(from); iterator->Valid(); iterator->Next()) {
      const std::string_view key = iterator->key().ToStringView();
      if (key.size() >= 2) {
        next = (std::uint32_t{static_cast<std::uint8_t>(key[0])} << 8 |
                static_cast<std::uint8_t>(key[1]));
      }
      if (!visit(key, iterator->value().ToStringView())) return gaps;
    }
    if (iterator->status().ok()) break;
    ++gaps;
    ++next;
    from = {static_cast<char>(next >> 8), static_cast<char>(next)};
  }
  return gaps;
}

Error ReadView::damaged(Family family, std::string_view key) const {
  return {ErrorCode::corrupt, "cache folder " + database_.folder_.string() + ": the record " +
                                  rocksdb::Slice(key).ToString(/*hex=*/true) + " in `" +
                                  std::string(to_string(family)) +
                                  "` is damaged; move the folder away to begin anew"};
}

Result<std::unique_ptr<Database>> Database::open(const config::CacheConfig& config, TimePoint now) {
  Result<Storage> storage = prepare_folder(config);
  if (!storage) return std::unexpected(std::move(storage.error()));
  std::unique_ptr<Database> database(new Database(config.directory, std::move(*storage), now));
  if (Status opened = database->create_or_open(config); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Result<std::unique_ptr<Database>> Database::open_for_reading(const config::CacheConfig& config,
                                                             TimePoint now) {
  Result<Storage> storage = check_folder(config);
  if (!storage) return std::unexpected(std::move(storage.error()));
  std::unique_ptr<Database> database(new Database(config.directory, std::move(*storage), now));
  if (Status opened = database->open_as_it_is(config); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Result<std::unique_ptr<Database>> Database::open_damaged(const config::CacheConfig& config,
                                                         TimePoint now) {
  Result<Storage> storage = Storage::open(config);
  if (!storage) return std::unexpected(std::move(storage.error()));
  std::unique_ptr<Database> database(new Database(config.directory, *storage, now));
  if (database->open_as_it_is(config)) return database;
  if (Status mended = rebuild_manifest(config, *storage, now); !mended) {
    return std::unexpected(std::move(mended.error()));
  }
  database.reset(new Database(config.directory, std::move(*storage), now));
  // A family whose every file is lost has to be made.
  if (Status opened = database->create_or_open(config); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Status Database::open_as_it_is(const config::CacheConfig& config) {
  rocksdb::DBOptions options = database_options(storage_);
  options.create_if_missing = options.create_missing_column_families = false;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      options, folder_.string(), family_descriptors(config, clock_), &handles_, &db);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  db_.reset(db);
  return {};
}

Status Database::create_or_open(const config::CacheConfig& config) {
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(database_options(storage_), folder_.string(),
                                             family_descriptors(config, clock_), &handles_, &db);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  db_.reset(db);
  ByteWriter format;
  format.varint(format_version);
  WriteSet changes(*this);
  changes.put(Family::meta, format_key, format.take());
  return write(changes, Durability::synced);
}

// A RocksDB whose log finds no space may end the process (Debian's is built with its assertions),
// so it must not come to that. What only makes room again, and is not synced, may use half of the
// reserve.
Status Database::check_room(Durability durability) const {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder_, error);
  if (error) return {};
  std::uintmax_t reserve = std::min(disk_reserve_bytes_max, space.capacity / disk_reserve_share);
  if (durability == Durability::buffered) reserve /= 2;
  if (space.available >= reserve) return {};
  return fail(ErrorCode::io, "cache folder " + folder_.string() + ": no space left on its disk (" +
                                 std::to_string(space.available >> 20) +
                                 " MiB are free); free some, or lower cache.disk_bytes_max");
}

Status Database::write(WriteSet& changes, Durability durability) {
  if (Status room = check_room(durability); !room) {
    writable_.store(false, std::memory_order_relaxed);
    return room;
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  rocksdb::Status status = db_->Write(options, &changes.batch_);
  // A disk that was full for once stops RocksDB until it is told to go on.
  if (!status.ok() && db_->Resume().ok()) status = db_->Write(options, &changes.batch_);
  writable_.store(status.ok(), std::memory_order_relaxed);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  return {};
}

Status Database::verify_checksums() {
  const rocksdb::Status status = db_->VerifyChecksum();
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  return {};
}

Status Database::compact() {
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions(), handles_);
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    if (status.ok()) status = db_->CompactRange(options, handle, nullptr, nullptr);
  }
  // Lists that were emptied by the first go with the second, and with them the words they are of.
  if (status.ok())
    status = db_->CompactRange(options, this->handle(Family::terms), nullptr, nullptr);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  return {};
}

Status Database::erase_for_good() {
  const rocksdb::SequenceNumber deleted = db_->GetLatestSequenceNumber();
  for (int attempt = 0;; ++attempt) {
    std::uint64_t oldest = 0;  // 0: nobody reads
    if (!db_->GetIntProperty("rocksdb.oldest-snapshot-sequence", &oldest)) oldest = 0;
    if (oldest == 0 || oldest >= deleted) break;
    if (attempt == readers_waited_for_max) {
      return fail(ErrorCode::busy, "cache folder " + folder_.string() +
                                       ": a search has not ended; what was deleted stays in the "
                                       "files until `seekctl cache compact`");
    }
    std::this_thread::sleep_for(reader_wait);
  }
  return compact();
}

Status Database::copy_to(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) {
    return fail(ErrorCode::invalid_argument,
                folder.string() + ": is there already; choose another");
  }
  // Under this name there are whole copies alone, with their key.
  const std::filesystem::path coming = folder.string() + ".coming";
  std::filesystem::remove_all(coming, error);
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  std::filesystem::create_directories(folder.parent_path(), error);
  if (status.ok()) status = checkpoint->CreateCheckpoint(coming.string());
  if (!status.ok()) return std::unexpected(storage_error(status, folder));
  std::filesystem::permissions(coming, std::filesystem::perms::owner_all, error);
  if (Status copied = storage_.copy_key_to(coming); !copied) return copied;
  std::filesystem::rename(coming, folder, error);
  if (error) return fail(ErrorCode::io, folder.string() + ": " + error.message());
  return {};
}

std::uint64_t Database::family_bytes(Family family) const {
  std::uint64_t bytes = 0;
  db_->GetIntProperty(handle(family), rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
  return bytes;
}

std::uint64_t Database::family_records(Family family) const {
  std::uint64_t records = 0;
  db_->GetIntProperty(handle(family), rocksdb::DB::Properties::kEstimateNumKeys, &records);
  return records;
}

std::uint64_t Database::disk_bytes() const {
  std::uint64_t bytes = 0;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    for (const std::string& property : {rocksdb::DB::Properties::kTotalSstFilesSize,
                                        rocksdb::DB::Properties::kCurSizeAllMemTables}) {
      std::uint64_t part = 0;
      if (db_->GetIntProperty(handle, property, &part)) bytes += part;
    }
  }
  return bytes;
}

Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

}  // namespace seekd::cache
