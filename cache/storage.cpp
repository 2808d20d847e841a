#include "cache/storage.h"

#include <cstdarg>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "cache/encryption/data_key.h"
#include "cache/encryption/encrypted_file_system.h"
#include "cache/encryption/file_format.h"
#include "cache/encryption/master_key.h"

namespace seekd::cache {
namespace {

namespace fs = std::filesystem;

class NoLog : public rocksdb::Logger {
 public:
  NoLog() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

std::unexpected<Error> refuse(ErrorCode code, const fs::path& folder, const std::string& what) {
  return fail(code, "cache folder " + folder.string() + ": " + what);
}

enum class Content : std::uint8_t {
  nothing,
  plain,
  encrypted,
  key_lost,  // encrypted, and without the file that holds its key
};

Content content_of(const fs::path& folder) {
  if (has_data_key(folder)) return Content::encrypted;
  Content content = Content::nothing;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name != "CURRENT" && !name.starts_with("MANIFEST-") && !name.ends_with(".sst")) continue;
    std::string begin(header_bytes, '\0');
    std::ifstream(entry.path(), std::ios::binary).read(begin.data(), header_bytes);
    if (begins_encrypted_file(begin)) return Content::key_lost;
    content = Content::plain;
  }
  return content;
}

Result<Secret> data_key_of(const config::CacheConfig& config, Content content) {
  const Result<MasterKey> master = read_master_key(config.key_file);
  if (!master) return std::unexpected(master.error());
  return content == Content::nothing ? make_data_key(config.directory, *master)
                                     : read_data_key(config.directory, *master);
}

}  // namespace

Result<Storage> Storage::open(const config::CacheConfig& config) {
  Storage storage(config.directory);
  const Content content = content_of(config.directory);
  if (content == Content::key_lost) {
    return refuse(ErrorCode::corrupt, config.directory,
                  std::string("its files are encrypted, and the file ") + keys_file +
                      " with their key is missing; copy that file from a backup of this cache, or "
                      "move the folder away to begin anew");
  }
  if (config.key_file.empty()) {
    if (content != Content::encrypted) return storage;
    return refuse(ErrorCode::invalid_argument, config.directory,
                  "it is encrypted; set cache.key_file to the file that holds its key");
  }
  if (content == Content::plain) {
    return refuse(ErrorCode::invalid_argument, config.directory,
                  "it is not encrypted, and cache.key_file is set; stop seekd and encrypt it with "
                  "`seekctl cache encrypt`, or leave cache.key_file out");
  }
  Result<Secret> key = data_key_of(config, content);
  if (!key) return std::unexpected(std::move(key.error()));
  storage.env_ = rocksdb::NewCompositeEnv(
      encrypted_file_system(rocksdb::FileSystem::Default(), std::move(*key)));
  return storage;
}

void Storage::use_in(rocksdb::DBOptions& options) const {
  if (env_) options.env = env_.get();
  options.info_log = std::make_shared<NoLog>();
  // A log that was cut, or that the manifest's end went missing for, is damage. Every opening has
  // to say so: without it, a look without writing ends the process where logs are tracked.
  options.track_and_verify_wals_in_manifest = true;
}

Status Storage::copy_key_to(const fs::path& folder) const {
  return env_ ? copy_data_key(folder_, folder) : Status();
}

}  // namespace seekd::cache
