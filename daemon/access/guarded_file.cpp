#include "daemon/access/guarded_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetcher/sandbox/descriptor.h"

namespace seekd::daemon {
namespace {

// What is wrong with who may read and write it; "" when nothing is.
std::string flaw(const struct stat& status, Secrecy secrecy) {
  if (!S_ISREG(status.st_mode)) return "is no regular file";
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return "belongs to user " + std::to_string(status.st_uid) +
           ", who could exchange it; let root or seekd's account own it";
  }
  // systemd grants its credentials by an access control list, which shows as root's group may read.
  const bool own_group = status.st_gid == 0 || status.st_gid == ::getegid();
  if ((status.st_mode & S_IWOTH) != 0 || (status.st_mode & S_IWGRP) != 0) {
    return "can be written by others; `chmod 640` it";
  }
  if (secrecy == Secrecy::open) return "";
  const bool read =
      (status.st_mode & S_IROTH) != 0 || ((status.st_mode & S_IRGRP) != 0 && !own_group);
  return read ? "can be read by others; `chmod 640` it, let seekd's group have it, and exchange "
                "what "
                "is in it if somebody may have read it"
              : "";
}

Result<std::string> read_all(int descriptor) {
  std::string text(guarded_file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(descriptor, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == text.size()) return fail(ErrorCode::too_large, "is over 4 MiB");
  text.resize(size);
  return text;
}

}  // namespace

Result<std::string> read_guarded_file(const std::filesystem::path& file, std::string_view option,
                                      Secrecy secrecy) {
  const std::string name = std::string(option) + " '" + file.native() + "' ";
  // A pipe in its place must not hold the daemon up.
  const fetcher::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) {
    return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                name + "cannot be opened: " + std::strerror(errno) +
                    "; let seekd's account read it, or correct the path");
  }
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) {
    return fail(ErrorCode::io, name + "cannot be looked at: " + std::strerror(errno));
  }
  if (const std::string wrong = flaw(status, secrecy); !wrong.empty()) {
    return fail(ErrorCode::invalid_argument, name + wrong);
  }
  auto text = read_all(opened.get());
  if (!text) return fail(text.error().code, name + text.error().message);
  return text;
}

}  // namespace seekd::daemon
