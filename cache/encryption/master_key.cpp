#include "cache/encryption/master_key.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seekd::cache {
namespace {

constexpr std::size_t id_bytes = 8;
constexpr std::size_t digits = 2 * Secret::size;
constexpr const char* how_to_make = "make one with `openssl rand -out FILE 32; chmod 400 FILE`";

std::unexpected<Error> refuse(ErrorCode code, const std::filesystem::path& file,
                              const std::string& what) {
  return fail(code, "key file " + file.string() + ": " + what);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  const int number_;
};

// What the file holds, wiped when it goes: one byte more than a key can have, to see that it ends.
struct Content {
  ~Content() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  std::array<char, digits + 2> bytes;
  std::size_t size = 0;
};

// systemd gives a credential to its service alone, where an access list lets it read one that is
// root's: the group's bits then say what the list allows.
bool is_credential(const std::filesystem::path& file) {
  const char* folder = ::secure_getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && *folder == '/' && file.parent_path() == folder;
}

Status judge(const std::filesystem::path& file, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    return refuse(ErrorCode::invalid_argument, file, "is not a regular file");
  }
  if (is_credential(file)) return {};
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return refuse(ErrorCode::invalid_argument, file,
                  "belongs to user " + std::to_string(status.st_uid) +
                      ", who could read or exchange it; let root or seekd's user own it");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return refuse(ErrorCode::invalid_argument, file,
                  "others can read or write it; `chmod 400` it, and exchange the key if somebody "
                  "may have read it");
  }
  return {};
}

Result<Content> read_all(const std::filesystem::path& file, int descriptor) {
  Content content;
  while (content.size < content.bytes.size()) {
    const ssize_t got = ::read(descriptor, content.bytes.data() + content.size,
                               content.bytes.size() - content.size);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(ErrorCode::io, file, std::strerror(errno));
    content.size += static_cast<std::size_t>(got);
  }
  return content;
}

std::optional<std::uint8_t> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

bool read_digits(const Content& content, Secret& secret) {
  if (content.size != digits && (content.size != digits + 1 || content.bytes[digits] != '\n')) {
    return false;
  }
  for (std::size_t i = 0; i < Secret::size; ++i) {
    const auto high = digit_of(content.bytes[2 * i]);
    const auto low = digit_of(content.bytes[2 * i + 1]);
    if (!high || !low) return false;
    secret.bytes()[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return true;
}

}  // namespace

std::string MasterKey::id() const {
  const Secret derived = derive(secret, "seekd cache: which master key");
  std::string text;
  for (std::size_t i = 0; i < id_bytes; ++i) {
    text += "0123456789abcdef"[derived.bytes()[i] >> 4];
    text += "0123456789abcdef"[derived.bytes()[i] & 15];
  }
  return text;
}

Result<MasterKey> read_master_key(const std::filesystem::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0) {
    if (errno == ENOENT) {
      return refuse(ErrorCode::not_found, file, std::string("is not there; ") + how_to_make);
    }
    return refuse(ErrorCode::io, file,
                  std::string(std::strerror(errno)) + "; let seekd's user read it");
  }
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) {
    return refuse(ErrorCode::io, file, std::strerror(errno));
  }
  if (Status ours = judge(file, status); !ours) return std::unexpected(std::move(ours.error()));
  const Result<Content> content = read_all(file, descriptor.get());
  if (!content) return std::unexpected(content.error());
  MasterKey key{.secret = {}, .file = file};
  if (content->size == Secret::size) {
    std::memcpy(key.secret.bytes().data(), content->bytes.data(), Secret::size);
    return key;
  }
  if (read_digits(*content, key.secret)) return key;
  return refuse(ErrorCode::invalid_argument, file,
                std::string("holds neither 32 bytes nor 64 hexadecimal digits; ") + how_to_make);
}

}  // namespace seekd::cache
