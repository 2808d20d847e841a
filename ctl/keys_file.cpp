#include "ctl/keys_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/input.h"

namespace seekd::ctl {
namespace {

namespace fs = std::filesystem;
using fetcher::Descriptor;

constexpr std::size_t file_bytes_max = 4 << 20;  // as seekd reads

std::unexpected<Error> failed(const fs::path& file, const std::string& what) {
  const int error = errno;
  const std::string why = "'" + file.native() + "' cannot be " + what + ": " + std::strerror(error);
  if (error == ENOENT) return fail(ErrorCode::not_found, why);
  const bool denied = error == EACCES || error == EPERM;
  return fail(ErrorCode::io, why + (denied ? "; ask as root, whose file it is" : ""));
}

// Is it still the file of that name? It is not where another has replaced it meanwhile.
bool is_current(const Descriptor& opened, const fs::path& file) {
  struct stat mine{};
  struct stat named{};
  return ::fstat(opened.get(), &mine) == 0 && ::stat(file.c_str(), &named) == 0 &&
         mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The new file has all that was said of the old one before it takes its name.
bool fill(const Descriptor& made, const Descriptor& old, const std::string& text) {
  struct stat status{};
  return ::fstat(old.get(), &status) == 0 &&
         ::fchown(made.get(), status.st_uid, status.st_gid) == 0 &&
         ::fchmod(made.get(), status.st_mode & 07777) == 0 && write_all(made.get(), text) &&
         ::fsync(made.get()) == 0;
}

bool sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.get()) == 0;
}

}  // namespace

Result<KeysFile> KeysFile::open(const fs::path& file, Missing missing) {
  std::error_code unresolved;
  fs::path resolved = fs::weakly_canonical(file, unresolved);
  if (unresolved) resolved = file;
  const int create = missing == Missing::created ? O_CREAT : 0;
  for (;;) {
    // Created so that the group that the folder's owner gives it may read it, and nobody else.
    Descriptor opened(::open(resolved.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | create,
                             S_IRUSR | S_IWUSR | S_IRGRP));
    if (!opened) return failed(file, "opened");
    while (::flock(opened.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return failed(file, "locked");
    }
    if (is_current(opened, resolved)) return KeysFile(std::move(resolved), std::move(opened));
  }
}

Result<std::string> KeysFile::text() const {
  return read_file(file_, file_bytes_max);
}

Result<std::vector<policy::ApiKey>> KeysFile::keys() const {
  const Result<std::string> read = text();
  if (!read) return std::unexpected(read.error());
  auto keys = policy::parse_api_keys(*read);
  if (keys) return keys;
  return fail(keys.error().code, "'" + file_.native() + "': " + keys.error().message);
}

Status KeysFile::add(const std::string& line) {
  const Result<std::string> before = text();
  if (!before) return std::unexpected(before.error());
  const bool is_cut = !before->empty() && !before->ends_with('\n');
  if (write_all(opened_.get(), (is_cut ? "\n" : "") + line + '\n')) return {};
  return failed(file_, "written");
}

Result<std::vector<policy::ApiKey>> KeysFile::remove(
    const std::function<bool(const policy::ApiKey&)>& unwanted) {
  if (const auto checked = keys(); !checked) return checked;
  const Result<std::string> before = text();
  if (!before) return std::unexpected(before.error());
  std::vector<policy::ApiKey> removed;
  std::string after;
  for (std::string_view rest = *before; !rest.empty();) {
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const auto key = policy::parse_api_keys(rest.substr(0, size));
    if (key && !key->empty() && unwanted(key->front())) {
      removed.push_back(key->front());
    } else {
      after += rest.substr(0, size);
    }
    rest.remove_prefix(size);
  }
  if (removed.empty()) return removed;
  if (Status replaced = replace(after); !replaced) return std::unexpected(replaced.error());
  return removed;
}

Status KeysFile::replace(const std::string& text) {
  std::string name = file_.native() + ".XXXXXX";
  const Descriptor made(::mkostemp(name.data(), O_CLOEXEC));
  if (!made) return failed(file_, "replaced");
  if (!fill(made, opened_, text) || ::rename(name.c_str(), file_.c_str()) != 0) {
    auto why = failed(file_, "replaced");
    ::unlink(name.c_str());
    return why;
  }
  if (!sync_folder(file_.parent_path())) return failed(file_, "made durable");
  return {};
}

}  // namespace seekd::ctl
