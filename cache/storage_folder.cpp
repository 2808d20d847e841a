#include "cache/storage_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/codec.h"
#include "cache/encryption/file_format.h"
#include "cache/families.h"

namespace seekd::cache {
namespace {

std::unexpected<Error> refuse(ErrorCode code, const std::filesystem::path& folder,
                              const std::string& what) {
  return fail(code, "cache folder " + folder.string() + ": " + what);
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!folder.parent_path().empty()) {
    std::filesystem::create_directories(folder.parent_path(), error);
  }
  // Pages say what their readers are interested in: nobody else may look.
  if (!error && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error && !std::filesystem::is_directory(folder, error) && !error) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (!error && ::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error) return {};
  return refuse(ErrorCode::io, folder,
                "cannot be created or written (" + error.message() +
                    "); let seekd's user own it, or set cache.directory to another one");
}

// RocksDB takes the lock again when it opens; taken first here, a held one is told apart from a
// broken folder.
Status probe_lock(const std::filesystem::path& folder) {
  rocksdb::Env& env = *rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  rocksdb::Status status = env.LockFile((folder / "LOCK").string(), &lock);
  if (!status.ok()) {
    return refuse(ErrorCode::busy, folder,
                  "another process holds it (" + status.ToString() +
                      "); stop that one, or set cache.directory to another one");
  }
  env.UnlockFile(lock);
  return {};
}

bool has_table_files(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".sst") return true;
  }
  return false;
}

bool has_log_of_writes(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    // An encrypted one begins with a header.
    if (entry.path().extension() == ".log" && entry.file_size(error) > header_bytes) return true;
  }
  return false;
}

bool is_ours(const std::string& name) {
  if (name == rocksdb::kDefaultColumnFamilyName) return true;
  for (std::size_t i = 0; i < family_count; ++i) {
    if (name == to_string(static_cast<Family>(i))) return true;
  }
  return false;
}

class ReadOnlyLook {
 public:
  static Result<ReadOnlyLook> open(const std::filesystem::path& folder, const Storage& storage) {
    ReadOnlyLook look;
    rocksdb::DBOptions options;
    storage.use_in(options);
    std::vector<std::string> names;
    rocksdb::Status status = rocksdb::DB::ListColumnFamilies(options, folder.string(), &names);
    look.families_ = names.size();
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) {
      look.all_ours_ = look.all_ours_ && is_ours(name);
      if (name == rocksdb::kDefaultColumnFamilyName || name == to_string(Family::meta)) {
        families.emplace_back(name, rocksdb::ColumnFamilyOptions());
      }
    }
    rocksdb::DB* db = nullptr;
    if (status.ok()) {
      status =
          rocksdb::DB::OpenForReadOnly(options, folder.string(), families, &look.handles_, &db);
    }
    if (!status.ok()) return std::unexpected(storage_error(status, folder));
    look.db_.reset(db);
    return look;
  }

  bool all_ours() const { return all_ours_; }

  // Nothing in "default", which we leave empty, and no family that is not ours.
  bool may_be_ours() {
    std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(rocksdb::ReadOptions()));
    iterator->SeekToFirst();
    return all_ours_ && !iterator->Valid() && iterator->status().ok();
  }

  // Of what may be ours and has no format: were we killed while creating it? The first write comes
  // when all families are there.
  bool unfinished(const std::filesystem::path& folder) const {
    return !has_table_files(folder) && (families_ > family_count || !has_log_of_writes(folder));
  }

  // nullopt when nothing says it.
  Result<std::optional<std::uint64_t>> format(const std::filesystem::path& folder) {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      if (handle->GetName() != to_string(Family::meta)) continue;
      std::string value;
      rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), handle, format_key, &value);
      if (status.IsNotFound()) return std::nullopt;
      if (!status.ok()) return std::unexpected(storage_error(status, folder));
      ByteReader reader(value);
      const std::uint64_t format = reader.varint();
      if (reader.finished()) return format;
      return refuse(ErrorCode::corrupt, folder, "its format version is damaged; move it away");
    }
    return std::nullopt;
  }

  ReadOnlyLook(ReadOnlyLook&&) = default;
  ~ReadOnlyLook() {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

 private:
  ReadOnlyLook() = default;

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  bool all_ours_ = true;
  std::size_t families_ = 0;  // "default" with them
};

Status judge_content(const std::filesystem::path& folder, const Storage& storage) {
  Result<ReadOnlyLook> look = ReadOnlyLook::open(folder, storage);
  if (!look) return std::unexpected(std::move(look.error()));
  Result<std::optional<std::uint64_t>> format = look->format(folder);
  if (!format) return std::unexpected(std::move(format.error()));
  if (*format && **format != format_version) {
    return refuse(ErrorCode::version_mismatch, folder,
                  "written in format " + std::to_string(**format) + ", this seekd reads " +
                      std::to_string(format_version) +
                      "; write it out with `seekctl cache export` of the seekd that wrote it, move "
                      "the folder away, and read it in with `seekctl import --jsonl`");
  }
  if (!*format && look->may_be_ours() && !look->unfinished(folder)) {
    return refuse(ErrorCode::corrupt, folder,
                  "its manifest does not know what is in its files; `seekctl cache repair`, or "
                  "restore a backup");
  }
  if (!*format && !look->may_be_ours()) {
    return refuse(ErrorCode::version_mismatch, folder,
                  "holds a database that is not a cache of seekd; set cache.directory to another "
                  "folder");
  }
  if (!look->all_ours()) {
    return refuse(ErrorCode::corrupt, folder,
                  "holds column families that its format does not have; move it away");
  }
  return {};
}

}  // namespace

Result<Storage> prepare_folder(const config::CacheConfig& config) {
  const std::filesystem::path& folder = config.directory;
  if (Status made = make_folder(folder); !made) return std::unexpected(std::move(made.error()));
  if (Status free = probe_lock(folder); !free) return std::unexpected(std::move(free.error()));
  Result<Storage> storage = Storage::open(config);
  if (!storage) return storage;
  if (std::filesystem::exists(folder / "CURRENT")) {
    if (Status ours = judge_content(folder, *storage); !ours) return std::unexpected(ours.error());
    return storage;
  }
  if (has_table_files(folder)) {
    return refuse(ErrorCode::corrupt, folder,
                  "its CURRENT file is missing; restore it, or move the folder away to begin anew");
  }
  return storage;
}

Result<Storage> check_folder(const config::CacheConfig& config) {
  const std::filesystem::path& folder = config.directory;
  std::error_code error;
  if (!std::filesystem::exists(folder / "CURRENT", error)) {
    return refuse(ErrorCode::not_found, folder, "there is no cache");
  }
  if (Status free = probe_lock(folder); !free) return std::unexpected(std::move(free.error()));
  Result<Storage> storage = Storage::open(config);
  if (!storage) return storage;
  if (Status ours = judge_content(folder, *storage); !ours) return std::unexpected(ours.error());
  return storage;
}

Status check_salvageable(const config::CacheConfig& config) {
  const std::filesystem::path& folder = config.directory;
  std::error_code error;
  if (!std::filesystem::exists(folder / "CURRENT", error) && !has_table_files(folder)) {
    return refuse(ErrorCode::not_found, folder, "there is no cache");
  }
  if (Status free = probe_lock(folder); !free) return free;
  const Result<Storage> storage = Storage::open(config);
  if (!storage) return std::unexpected(storage.error());
  const Status ours = judge_content(folder, *storage);
  return !ours && ours.error().code == ErrorCode::version_mismatch ? ours : Status();
}

Status check_free(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_directory(folder, error) ? probe_lock(folder) : Status();
}

Status rebuild_manifest(const config::CacheConfig& config, const Storage& storage, TimePoint now) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  storage.use_in(options);
  const rocksdb::Status status =
      rocksdb::RepairDB(config.directory.string(), options,
                        family_descriptors(config, std::make_shared<ExpiryClock>(now)));
  if (!status.ok()) return std::unexpected(storage_error(status, config.directory));
  return {};
}

Error storage_error(const rocksdb::Status& status, const std::filesystem::path& folder) {
  const std::string prefix = "cache folder " + folder.string() + ": ";
  if (status.IsNoSpace()) {
    return {ErrorCode::io, prefix + "no space left on its disk; free some"};
  }
  if (status.IsIOError()) {
    return {ErrorCode::io, prefix + "cannot be read or written (" + status.ToString() +
                               "); look at the disk and at who owns the folder"};
  }
  // Every other status at these calls means that the files contradict themselves.
  return {ErrorCode::corrupt, prefix + "damaged (" + status.ToString() +
                                  "); restore it, or move the folder away to begin anew"};
}

}  // namespace seekd::cache
