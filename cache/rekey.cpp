#include "cache/rekey.h"

#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "cache/database.h"
#include "cache/encryption/data_key.h"
#include "cache/inspect.h"
#include "cache/storage_folder.h"

namespace seekd::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch_bytes = 1 << 20;

std::unexpected<Error> refuse(ErrorCode code, const fs::path& folder, const std::string& what) {
  return fail(code, "cache folder " + folder.string() + ": " + what);
}

Status copy_family(const ReadView& view, Family family, Database& target) {
  Status written;
  auto changes = std::make_unique<WriteSet>(target);
  const auto flush = [&] {
    if (changes->bytes() > 0) written = target.write(*changes, Durability::buffered);
    changes = std::make_unique<WriteSet>(target);
    return written.has_value();
  };
  Status read = view.for_each(family, "", [&](std::string_view key, std::string_view value) {
    changes->put(family, key, value);
    return changes->bytes() < batch_bytes || flush();
  });
  if (!read) return read;
  flush();
  return written;
}

Status copy_records(const config::CacheConfig& from, const config::CacheConfig& to, TimePoint now) {
  const auto source = Database::open_for_reading(from, now);
  if (!source) return std::unexpected(source.error());
  const auto target = Database::open(to, now);
  if (!target) return std::unexpected(target.error());
  const ReadView view(**source);
  for (std::size_t i = 0; i < family_count; ++i) {
    if (Status copied = copy_family(view, static_cast<Family>(i), **target); !copied) return copied;
  }
  return (*target)->compact();  // which leaves all of it in files, and them on the disk
}

Status prove(const config::CacheConfig& config, TimePoint now) {
  const auto report = inspect(config, now);
  if (!report) return std::unexpected(report.error());
  if (report->sound()) return {};
  return refuse(
      ErrorCode::corrupt, config.directory,
      "contradicts itself (" + report->findings.front() + "): `seekctl cache repair` first");
}

Result<fs::path> exchange(const fs::path& folder, const fs::path& coming, TimePoint now) {
  fs::path aside = folder.string() + ".replaced-" + std::to_string(now.time_since_epoch().count());
  std::error_code error;
  fs::rename(folder, aside, error);
  if (!error) {
    fs::rename(coming, folder, error);
    if (!error) return aside;
    std::error_code unsaid;  // the first failure is told
    fs::rename(aside, folder, unsaid);
  }
  return refuse(ErrorCode::io, folder,
                "cannot be exchanged with " + coming.string() + " (" + error.message() + ")");
}

}  // namespace

Status rotate_key(const config::CacheConfig& config, const fs::path& new_key) {
  if (Status free = check_free(config.directory); !free) return free;
  if (!has_data_key(config.directory)) {
    return refuse(ErrorCode::invalid_argument, config.directory,
                  "is not encrypted; `seekctl cache encrypt` does it");
  }
  const Result<MasterKey> from = read_master_key(config.key_file);
  if (!from) return std::unexpected(from.error());
  const Result<MasterKey> to = read_master_key(new_key);
  if (!to) return std::unexpected(to.error());
  return change_master_key(config.directory, *from, *to);
}

Result<fs::path> rewrite_under_key(const config::CacheConfig& config, const fs::path& new_key,
                                   TimePoint now) {
  config::CacheConfig to = config;
  to.key_file = new_key;
  to.directory = config.directory.string() + ".coming";
  std::error_code error;
  fs::remove_all(to.directory, error);
  Status done = copy_records(config, to, now);
  if (done) done = prove(to, now);
  if (done) return exchange(config.directory, to.directory, now);
  fs::remove_all(to.directory, error);
  return std::unexpected(std::move(done.error()));
}

}  // namespace seekd::cache
