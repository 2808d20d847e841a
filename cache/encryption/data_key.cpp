#include "cache/encryption/data_key.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "cache/codec.h"
#include "cache/content_hash.h"
#include "cache/encryption/frame_cipher.h"

namespace seekd::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "seekdkey";
constexpr std::uint8_t keys_format = 1;
constexpr std::size_t id_digits = 16;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t sealed_bytes = Secret::size + tag_bytes;

std::unexpected<Error> refuse(ErrorCode code, const fs::path& folder, const std::string& what) {
  return fail(code, "cache folder " + folder.string() + ": " + what);
}

std::unexpected<Error> damaged(const fs::path& folder) {
  return refuse(ErrorCode::corrupt, folder,
                std::string("its file ") + keys_file +
                    " is damaged, and without it nothing can be read; copy that file from a backup "
                    "of this cache, or move the folder away to begin anew");
}

// The master key encrypts under a key of its own for each writing, so that a fixed nonce does.
FrameCipher wrapper(const MasterKey& master, std::string_view salt,
                    FrameCipher::Direction direction) {
  return {derive(master.secret, "seekd cache: data key " + std::string(salt)), direction};
}

std::string write_keys(const MasterKey& master, const Secret& data_key, std::string_view salt) {
  ByteWriter head;
  head.raw(magic);
  head.u8(keys_format);
  head.raw(master.id());
  head.raw(salt);
  std::string bytes = head.take();
  std::string sealed(sealed_bytes, '\0');
  const std::string_view plain(reinterpret_cast<const char*>(data_key.bytes().data()),
                               Secret::size);
  const FrameCipher cipher = wrapper(master, salt, FrameCipher::Direction::seal);
  if (!cipher.seal(0, FrameKind::header, bytes, plain, sealed.data())) return {};
  bytes += sealed;
  bytes += hash_text(bytes).view();
  return bytes;
}

Status write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(ErrorCode::io, std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? Status() : fail(ErrorCode::io, std::strerror(errno));
}

Status sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(ErrorCode::io, std::strerror(errno));
  const int synced = ::fsync(descriptor);
  ::close(descriptor);
  return synced == 0 ? Status() : fail(ErrorCode::io, std::strerror(errno));
}

// Beside the old one, then in its place.
Status replace_keys(const fs::path& folder, std::string_view bytes) {
  const fs::path coming = folder / (std::string(keys_file) + ".new");
  const int descriptor =
      ::open(coming.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  Status done;
  if (descriptor < 0) {
    done = fail(ErrorCode::io, std::strerror(errno));
  } else {
    done = write_all(descriptor, bytes);
    if (::close(descriptor) != 0 && done) done = fail(ErrorCode::io, std::strerror(errno));
  }
  if (done && ::rename(coming.c_str(), (folder / keys_file).c_str()) != 0) {
    done = fail(ErrorCode::io, std::strerror(errno));
  }
  if (done) done = sync_folder(folder);
  if (done) return {};
  return refuse(
      ErrorCode::io, folder,
      std::string("its file ") + keys_file + " cannot be written (" + done.error().message + ")");
}

Status write_data_key(const fs::path& folder, const MasterKey& master, const Secret& data_key) {
  std::string salt(salt_bytes, '\0');
  std::string bytes;
  if (fill_randomly({reinterpret_cast<std::uint8_t*>(salt.data()), salt.size()})) {
    bytes = write_keys(master, data_key, salt);
  }
  if (bytes.empty()) return refuse(ErrorCode::internal, folder, "no key can be made; try again");
  return replace_keys(folder, bytes);
}

}  // namespace

bool has_data_key(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / keys_file, error);
}

Result<Secret> make_data_key(const fs::path& folder, const MasterKey& master) {
  Secret key;
  if (!fill_randomly(key.bytes())) {
    return refuse(ErrorCode::internal, folder, "no key can be made; try again");
  }
  if (Status written = write_data_key(folder, master, key); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return key;
}

Result<Secret> read_data_key(const fs::path& folder, const MasterKey& master) {
  std::ifstream file(folder / keys_file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) return refuse(ErrorCode::io, folder, std::string(keys_file) + " cannot be read");
  ByteReader reader(bytes);
  const bool ours = reader.raw(magic.size()) == magic;
  const std::uint8_t format = reader.u8();
  const std::string id(reader.raw(id_digits));
  const std::string_view salt = reader.raw(salt_bytes);
  const std::string head = bytes.substr(0, magic.size() + 1 + id_digits + salt_bytes);
  std::string sealed(reader.raw(sealed_bytes));
  const std::size_t hashed = head.size() + sealed.size();
  const ContentHash hash = reader.hash();
  if (!reader.finished() || !ours) return damaged(folder);
  if (format != keys_format) {
    return refuse(ErrorCode::version_mismatch, folder,
                  std::string(keys_file) + " is of another seekd; open it with that one");
  }
  if (hash != hash_text(std::string_view(bytes).substr(0, hashed))) return damaged(folder);
  if (id != master.id()) {
    return refuse(ErrorCode::invalid_argument, folder,
                  "it is encrypted with the key " + id + ", and " + master.file.string() +
                      " holds the key " + master.id() +
                      "; set cache.key_file to the file that holds the former");
  }
  const FrameCipher cipher = wrapper(master, salt, FrameCipher::Direction::open);
  if (!cipher.open(0, FrameKind::header, head, sealed)) return damaged(folder);
  Secret key;
  std::memcpy(key.bytes().data(), sealed.data(), Secret::size);
  OPENSSL_cleanse(sealed.data(), sealed.size());
  return key;
}

Status change_master_key(const fs::path& folder, const MasterKey& from, const MasterKey& to) {
  const Result<Secret> key = read_data_key(folder, from);
  if (!key) return std::unexpected(key.error());
  return write_data_key(folder, to, *key);
}

Status copy_data_key(const fs::path& from, const fs::path& to) {
  std::ifstream file(from / keys_file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) return refuse(ErrorCode::io, from, std::string(keys_file) + " cannot be read");
  return replace_keys(to, bytes);
}

}  // namespace seekd::cache
