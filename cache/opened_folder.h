// OpenedFolder: one opening of a cache's folder by RocksDB, with its column families. Closed when
// the last one who uses it lets go. Any thread, as rocksdb::DB says.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <rocksdb/db.h>

#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/storage.h"
#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

class OpenedFolder {
 public:
  enum class Access : std::uint8_t {
    writing,  // made, with its families, where it is not there
    reading,
  };

  // REQUIRES: `storage` outlives this. Errors: corrupt, io.
  static Result<std::shared_ptr<OpenedFolder>> open(const config::CacheConfig& config,
                                                    const Storage& storage,
                                                    std::shared_ptr<const ExpiryClock> clock,
                                                    Access access);
  ~OpenedFolder();
  OpenedFolder(const OpenedFolder&) = delete;
  OpenedFolder& operator=(const OpenedFolder&) = delete;

  rocksdb::DB* operator->() const { return db_.get(); }
  rocksdb::DB* get() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }
  // In the order of Family, then "default".
  const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const { return handles_; }

 private:
  OpenedFolder() = default;

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace seekd::cache
