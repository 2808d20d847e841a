#include "cache/opened_folder.h"

#include <utility>

#include "cache/storage_folder.h"

namespace seekd::cache {
namespace {

rocksdb::DBOptions database_options(const Storage& storage) {
  rocksdb::DBOptions options;
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

Result<std::shared_ptr<OpenedFolder>> OpenedFolder::open(const config::CacheConfig& config,
                                                         const Storage& storage,
                                                         std::shared_ptr<const ExpiryClock> clock,
                                                         Access access) {
  std::shared_ptr<OpenedFolder> opened(new OpenedFolder);
  rocksdb::DBOptions options = database_options(storage);
  const auto families = family_descriptors(config, std::move(clock));
  const std::string folder = config.directory.string();
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  if (access == Access::writing) {
    options.create_if_missing = options.create_missing_column_families = true;
    status = rocksdb::DB::Open(options, folder, families, &opened->handles_, &db);
  } else {
    status = rocksdb::DB::OpenForReadOnly(options, folder, families, &opened->handles_, &db);
  }
  if (!status.ok()) return std::unexpected(storage_error(status, config.directory));
  opened->db_.reset(db);
  return opened;
}

OpenedFolder::~OpenedFolder() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

}  // namespace seekd::cache
