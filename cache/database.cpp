#include "cache/database.h"

#include <utility>

#include "cache/codec.h"
#include "cache/storage_folder.h"

namespace seekd::cache {
namespace {

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // A record cut off at the end of the log is a write that nobody was told of; anything else is
  // damage.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = 64 << 20;  // of all families together
  options.max_total_wal_size = 64 << 20;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
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

Error ReadView::damaged(Family family, std::string_view key) const {
  return {ErrorCode::corrupt, "cache folder " + database_.folder_.string() + ": the record " +
                                  rocksdb::Slice(key).ToString(/*hex=*/true) + " in `" +
                                  std::string(to_string(family)) +
                                  "` is damaged; move the folder away to begin anew"};
}

Result<std::unique_ptr<Database>> Database::open(const config::CacheConfig& config, TimePoint now) {
  if (Status ours = prepare_folder(config.directory); !ours) {
    return std::unexpected(std::move(ours.error()));
  }
  std::unique_ptr<Database> database(new Database(config.directory, now));
  if (Status opened = database->create_or_open(config); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Status Database::create_or_open(const config::CacheConfig& config) {
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(database_options(), folder_.string(),
                                             family_descriptors(config, clock_), &handles_, &db);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  db_.reset(db);
  ByteWriter format;
  format.varint(format_version);
  WriteSet changes(*this);
  changes.put(Family::meta, format_key, format.take());
  return write(changes, Durability::synced);
}

Status Database::write(WriteSet& changes, Durability durability) {
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  rocksdb::Status status = db_->Write(options, &changes.batch_);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  return {};
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
