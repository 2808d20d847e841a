#include "audit/log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/folder.h"
#include "cache/encryption/master_key.h"

namespace seekd::audit {
namespace {

namespace fs = std::filesystem;
using fetcher::Descriptor;

std::unexpected<Error> io_failure(const fs::path& path, int error) {
  return fail(ErrorCode::io, "audit log '" + path.string() + "': " + std::strerror(error));
}

std::unexpected<Error> not_as_left(const fs::path& folder, const std::string& what) {
  return fail(ErrorCode::corrupt,
              "the audit log in '" + folder.string() + "' is not as seekd left it: " + what +
                  "; `seekctl audit verify` says more. To begin a new one, move the folder away");
}

Result<Descriptor> open_file(const fs::path& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return io_failure(path, errno);
  return file;
}

Status write_all(int file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_failure(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// In the log's own folder, so that the log is whole where it is carried elsewhere with it.
Status make_key(const fs::path& path) {
  cache::Secret secret;
  if (!cache::fill_randomly(secret.bytes()))
    return fail(ErrorCode::io, "the kernel gives no random bytes");
  const auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return std::unexpected(file.error());
  const auto bytes = secret.bytes();
  const Status written =
      write_all(file->get(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
  if (!written) return written;
  return ::fchmod(file->get(), 0400) == 0 && ::fsync(file->get()) == 0 ? Status()
                                                                       : io_failure(path, errno);
}

Result<Key> read_key(const config::Config& config) {
  fs::path path = config.audit.key_file;
  if (path.empty()) {
    path = config.audit_directory() / key_name;
    std::error_code error;
    if (!fs::exists(path, error)) {
      if (const Status made = make_key(path); !made) return std::unexpected(made.error());
    }
  }
  const auto read = cache::read_master_key(path);
  if (!read) return std::unexpected(read.error());
  Key key{};
  std::ranges::copy(read->secret.bytes(), key.begin());
  return key;
}

}  // namespace

Log::Log(fs::path folder, const Key& key, std::uint64_t file_bytes_max)
    : folder_(std::move(folder)), key_(key), file_bytes_max_(file_bytes_max), chain_(key) {}

Result<std::unique_ptr<Log>> Log::open(const config::Config& config) {
  const fs::path folder = config.audit_directory();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return io_failure(folder, errno);
  auto lock = open_file(folder / "lock", O_RDWR | O_CREAT);
  if (!lock) return std::unexpected(lock.error());
  if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::busy, "the audit log in '" + folder.string() +
                                     "' is another process's (audit.directory)");
  }
  const auto key = read_key(config);
  if (!key) return std::unexpected(key.error());
  std::unique_ptr<Log> log(new Log(folder, *key, config.audit.file_bytes_max));
  log->lock_ = std::move(*lock);
  if (const Status recovered = log->recover(); !recovered)
    return std::unexpected(recovered.error());
  return log;
}

// What the head's file says must be in the last file; what stands behind that was written before a
// crash kept the head from being written, too.
Status Log::recover() {
  const auto files = log_files(folder_);
  if (!files) return std::unexpected(files.error());
  auto head_file = open_file(folder_ / head_name, O_RDWR | O_CREAT);
  if (!head_file) return std::unexpected(head_file.error());
  head_file_ = std::move(*head_file);
  const auto sealed = read_head(folder_);
  if (!sealed) return std::unexpected(sealed.error());
  if (sealed->empty() && files->empty()) return begin_file();
  const auto head = open_sealed_head(*sealed, key_);
  if (!head) return not_as_left(folder_, head.error().message);
  if (files->empty())
    return head->sequence == 0 ? begin_file() : not_as_left(folder_, "its files are gone");
  for (std::size_t i = 0; i + 1 < files->size(); ++i) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size((*files)[i], error);
    if (!error) earlier_bytes_ += bytes;
  }
  return follow_last_file(files->back(), *head);
}

Status Log::follow_last_file(const fs::path& path, const Head& head) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) return io_failure(path, EIO);
  const std::size_t whole = text.rfind('\n') + 1;  // 0 where there is no end of a line
  torn_bytes_ = text.size() - whole;
  const std::string begins_with = to_string(head) + ' ';
  std::size_t at = 0;
  if (head.sequence >= first_record_of(path)) {
    at = text.starts_with(begins_with) ? 0 : text.find('\n' + begins_with);
    if (at == text.npos)
      return not_as_left(folder_, "its record " + std::to_string(head.sequence) + " is not there");
    at = text.find('\n', at + 1) + 1;
  }
  chain_ = Chain(key_, head);
  while (at < whole) {
    const std::size_t end = text.find('\n', at);
    const auto record = chain_.follow(std::string_view(text).substr(at, end - at));
    if (!record) return not_as_left(folder_, record.error().message);
    at = end + 1;
  }
  auto opened = open_file(path, O_WRONLY | O_APPEND);
  if (!opened) return std::unexpected(opened.error());
  if (::ftruncate(opened->get(), static_cast<off_t>(whole)) != 0) return io_failure(path, errno);
  file_ = std::make_shared<Descriptor>(std::move(*opened));
  file_bytes_ = whole;
  return write_head();
}

Status Log::begin_file() {
  const fs::path path = folder_ / file_name(chain_.head().sequence + 1);
  auto opened = open_file(path, O_WRONLY | O_APPEND | O_CREAT);
  if (!opened) return std::unexpected(opened.error());
  if (file_ && ::fdatasync(file_->get()) != 0) return io_failure(folder_, errno);
  file_ = std::make_shared<Descriptor>(std::move(*opened));
  earlier_bytes_ += std::exchange(file_bytes_, 0);
  const auto folder = open_file(folder_, O_RDONLY | O_DIRECTORY);
  if (!folder || ::fsync(folder->get()) != 0) return io_failure(folder_, errno);
  return write_head();
}

Status Log::write_head() {
  const std::string text = sealed_head(chain_.head(), key_) + '\n';
  const ssize_t written = ::pwrite(head_file_.get(), text.data(), text.size(), 0);
  return written == static_cast<ssize_t>(text.size()) ? Status()
                                                      : io_failure(folder_ / head_name, errno);
}

Status Log::record(std::string_view json) {
  if (file_bytes_ >= file_bytes_max_) {
    if (const Status begun = begin_file(); !begun) return begun;
  }
  Chain next = chain_;
  const std::string line = next.append(json) + '\n';
  if (const Status written = write_all(file_->get(), line, folder_); !written) {
    // Half a line on a full disk: the next one must not stand behind it.
    if (::ftruncate(file_->get(), static_cast<off_t>(file_bytes_)) != 0)
      return io_failure(folder_, errno);
    return written;
  }
  file_bytes_ += line.size();
  chain_ = next;
  return write_head();
}

std::function<Status()> Log::syncing() const {
  return [this, file = file_]() -> Status {
    if (::fdatasync(file->get()) == 0 && ::fdatasync(head_file_.get()) == 0) return {};
    return io_failure(folder_, errno);
  };
}

std::string Log::digest(std::string_view text) const {
  Chain apart(key_);
  apart.append("digest " + std::string(text));
  const std::string head = to_string(apart.head());
  return head.substr(head.find(' ') + 1);
}

}  // namespace seekd::audit
