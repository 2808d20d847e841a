#include "cache/database.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>

#include "cache/codec.h"
#include "cache/storage_folder.h"

namespace seekd::cache {
namespace {

constexpr std::uintmax_t disk_reserve_bytes_max = 256 << 20;
constexpr std::uintmax_t disk_reserve_share = 8;  // of a small disk, an eighth

constexpr int readers_waited_for_max = 500;
constexpr std::chrono::milliseconds reader_wait{20};

constexpr std::chrono::seconds mending_pause{1};  // a disk that fails may be slow to say so

// Does the disk take writes again? A byte in a file of our own says it.
bool takes_writes(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "PROBE";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  const bool written = ::write(descriptor, "p", 1) == 1 && ::fsync(descriptor) == 0;
  ::close(descriptor);
  return ::unlink(file.c_str()) == 0 && written;
}

}  // namespace

WriteSet::WriteSet(const Database& database) : opened_(database.opened()) {}

void WriteSet::put(Family family, std::string_view key, std::string_view value) {
  batch_.Put(opened_->handle(family), key, value);
}

void WriteSet::merge(Family family, std::string_view key, std::string_view value) {
  batch_.Merge(opened_->handle(family), key, value);
}

void WriteSet::erase(Family family, std::string_view key) {
  batch_.Delete(opened_->handle(family), key);
}

ReadView::ReadView(const Database& database)
    : database_(database),
      opened_(database.opened_or_mended()),
      snapshot_((*opened_)->GetSnapshot()) {
  options_.snapshot = snapshot_;
}

ReadView::~ReadView() {
  (*opened_)->ReleaseSnapshot(snapshot_);
}

Result<std::optional<std::string>> ReadView::get(Family family, std::string_view key) const {
  std::string value;
  rocksdb::Status status = (*opened_)->Get(options_, opened_->handle(family), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(storage_error(status, database_.folder_));
  return value;
}

Result<std::vector<std::optional<rocksdb::PinnableSlice>>> ReadView::get_many(
    Family family, const std::vector<std::string>& keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  (*opened_)->MultiGet(options_, opened_->handle(family), keys.size(), slices.data(), values.data(),
                       statuses.data(), /*sorted_input=*/true);
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
      (*opened_)->NewIterator(options_, opened_->handle(family)));
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
        (*opened_)->NewIterator(options_, opened_->handle(family)));
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
  std::unique_ptr<Database> database(new Database(config, std::move(*storage), now));
  if (Status opened = database->open_folder(OpenedFolder::Access::writing); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Result<std::unique_ptr<Database>> Database::open_for_reading(const config::CacheConfig& config,
                                                             TimePoint now) {
  Result<Storage> storage = check_folder(config);
  if (!storage) return std::unexpected(std::move(storage.error()));
  std::unique_ptr<Database> database(new Database(config, std::move(*storage), now));
  if (Status opened = database->open_folder(OpenedFolder::Access::reading); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Result<std::unique_ptr<Database>> Database::open_damaged(const config::CacheConfig& config,
                                                         TimePoint now) {
  Result<Storage> storage = Storage::open(config);
  if (!storage) return std::unexpected(std::move(storage.error()));
  std::unique_ptr<Database> database(new Database(config, *storage, now));
  if (database->open_folder(OpenedFolder::Access::reading)) return database;
  if (Status mended = rebuild_manifest(config, *storage, now); !mended) {
    return std::unexpected(std::move(mended.error()));
  }
  // A family whose every file is lost has to be made.
  if (Status opened = database->open_folder(OpenedFolder::Access::writing); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Status Database::open_folder(OpenedFolder::Access access) {
  auto opened = OpenedFolder::open(config_, storage_, clock_, access);
  if (!opened) return std::unexpected(std::move(opened.error()));
  opened_ = std::move(*opened);
  if (access == OpenedFolder::Access::reading) return {};
  ByteWriter format;
  format.varint(format_version);
  WriteSet changes(*this);
  changes.put(Family::meta, format_key, format.take());
  return write(changes, Durability::synced);
}

std::shared_ptr<OpenedFolder> Database::opened() const {
  const std::lock_guard lock(opening_);
  return opened_;
}

std::shared_ptr<OpenedFolder> Database::opened_or_mended() const {
  const std::lock_guard lock(opening_);
  const auto now = std::chrono::steady_clock::now();
  if (!broken_ || now < next_mending_ || opened_.use_count() > 1) return opened_;
  next_mending_ = now + mending_pause;
  if (takes_writes(folder_)) mend();
  return opened_;
}

// Debian's RocksDB, built with its assertions, ends the process where a log that failed is used
// again, so that it is not told to go on: it is closed and opened. Meanwhile, and where that fails,
// there is one that only reads. A write that was refused and came to be in the log all the same
// would be news to those who count in memory: then it stays with reading.
void Database::mend() const {
  using Access = OpenedFolder::Access;
  auto reading = OpenedFolder::open(config_, storage_, clock_, Access::reading);
  if (!reading ||
      (*reading)->get()->GetLatestSequenceNumber() != opened_->get()->GetLatestSequenceNumber()) {
    return;
  }
  opened_ = std::move(*reading);
  auto writing = OpenedFolder::open(config_, storage_, clock_, Access::writing);
  if (!writing) return;
  opened_ = std::move(*writing);
  broken_ = false;
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

Status Database::refuse_writing(Error error) {
  writable_.store(false, std::memory_order_relaxed);
  return std::unexpected(std::move(error));
}

Status Database::write(WriteSet& changes, Durability durability) {
  if (Status room = check_room(durability); !room) return refuse_writing(std::move(room.error()));
  if (broken_) {
    return refuse_writing({ErrorCode::io, "cache folder " + folder_.string() +
                                              ": a write failed, and the disk was not well since; "
                                              "look at it, and restart seekd if this stays"});
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  const rocksdb::Status status = (*changes.opened_)->Write(options, &changes.batch_);
  if (!status.ok()) {
    broken_ = broken_ || !status.IsNotSupported();  // one opened for reading stays that
    return refuse_writing(storage_error(status, folder_));
  }
  writable_.store(true, std::memory_order_relaxed);
  return {};
}

Status Database::verify_checksums() {
  const rocksdb::Status status = (*opened())->VerifyChecksum();
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  return {};
}

Status Database::compact() {
  const auto db = opened();
  rocksdb::Status status = broken_ ? rocksdb::Status::IOError("a write failed before")
                                   : (*db)->Flush(rocksdb::FlushOptions(), db->handles());
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* handle : db->handles()) {
    if (status.ok()) status = (*db)->CompactRange(options, handle, nullptr, nullptr);
  }
  // Lists that were emptied by the first go with the second, and with them the words they are of.
  if (status.ok())
    status = (*db)->CompactRange(options, db->handle(Family::terms), nullptr, nullptr);
  if (!status.ok()) return std::unexpected(storage_error(status, folder_));
  return {};
}

Status Database::erase_for_good() {
  const auto db = opened();
  const rocksdb::SequenceNumber deleted = (*db)->GetLatestSequenceNumber();
  for (int attempt = 0;; ++attempt) {
    std::uint64_t oldest = 0;  // 0: nobody reads
    if (!(*db)->GetIntProperty("rocksdb.oldest-snapshot-sequence", &oldest)) oldest = 0;
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
  const auto db = opened();
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(db->get(), &made);
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
  const auto db = opened();
  (*db)->GetIntProperty(db->handle(family), rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
  return bytes;
}

std::uint64_t Database::family_records(Family family) const {
  std::uint64_t records = 0;
  const auto db = opened();
  (*db)->GetIntProperty(db->handle(family), rocksdb::DB::Properties::kEstimateNumKeys, &records);
  return records;
}

std::uint64_t Database::disk_bytes() const {
  const auto db = opened();
  std::uint64_t bytes = 0;
  for (rocksdb::ColumnFamilyHandle* handle : db->handles()) {
    for (const std::string& property : {rocksdb::DB::Properties::kTotalSstFilesSize,
                                        rocksdb::DB::Properties::kCurSizeAllMemTables}) {
      std::uint64_t part = 0;
      if ((*db)->GetIntProperty(handle, property, &part)) bytes += part;
    }
  }
  return bytes;
}

}  // namespace seekd::cache
