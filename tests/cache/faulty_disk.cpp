#include "tests/cache/faulty_disk.h"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace seekd::cache::faulty_disk {
namespace {

// A change of a folder that was not synced, and how it is taken back.
struct Change {
  std::string folder;
  std::string created;   // a name that goes, "": none
  std::string restored;  // a name that comes back from the stash, "": none
  std::string stashed;
};

struct Disk {
  std::mutex mutex;
  std::string root;
  std::string stash;
  std::map<int, std::string> open;                // descriptor → path
  std::map<std::uint64_t, std::uint64_t> synced;  // inode → bytes; not in it: all
  std::vector<Change> changes;                    // not synced, oldest first
  std::uint64_t stashes = 0;
  std::uint64_t calls = 0;
  std::optional<std::uint64_t> loss;
  std::uint64_t seed = 0;
  std::atomic<bool> watching = false;
  std::atomic<int> change_error = 0;
  std::atomic<int> read_error = 0;
};

// Never destroyed: files are written while the process ends.
Disk& disk() {
  static Disk* const instance = new Disk;
  return *instance;
}

long raw_unlink(const std::string& path) {
  return ::syscall(SYS_unlink, path.c_str());
}

bool below_root(const char* path) {
  return path != nullptr && std::string_view(path).starts_with(disk().root);
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

void take_back_changes(std::mt19937_64& random) {
  Disk& d = disk();
  const std::uint64_t kept = random() % (d.changes.size() + 1);
  while (d.changes.size() > kept) {
    const Change& change = d.changes.back();
    if (!change.created.empty()) raw_unlink(change.created);
    if (!change.restored.empty()) {
      ::syscall(SYS_link, change.stashed.c_str(), change.restored.c_str());
    }
    d.changes.pop_back();
  }
}

void cut_files(std::mt19937_64& random) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(disk().root)) {
    struct stat status{};
    if (!entry.is_regular_file() || ::stat(entry.path().c_str(), &status) != 0) continue;
    const auto known = disk().synced.find(status.st_ino);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (known == disk().synced.end() || known->second >= size) continue;
    const std::uint64_t lost = size - known->second;
    const std::uint64_t kept = random() % 3 == 0 ? 0 : random() % (lost + 1);
    ::syscall(SYS_truncate, entry.path().c_str(), known->second + kept);
  }
}

// Under the lock, which nobody gets again.
[[noreturn]] void lose_power() {
  std::mt19937_64 random(disk().seed);
  take_back_changes(random);
  cut_files(random);
  ::syscall(SYS_exit_group, power_lost);
  __builtin_unreachable();
}

// Before a call that changes the disk. An errno, or 0.
int before_change() {
  Disk& d = disk();
  if (d.loss && ++d.calls >= *d.loss) lose_power();
  return d.change_error.load();
}

bool watched(int descriptor) {
  return disk().open.contains(descriptor);
}

int failing(int error) {
  errno = error;
  return -1;
}

void note_created(const std::string& path) {
  disk().changes.push_back({folder_of(path), path, "", ""});
}

// A second name for what is about to lose this one.
std::string stash(const std::string& path) {
  const std::string name = disk().stash + '/' + std::to_string(++disk().stashes);
  return ::syscall(SYS_link, path.c_str(), name.c_str()) == 0 ? name : std::string();
}

void note_synced_folder(const std::string& folder) {
  std::erase_if(disk().changes, [&](const Change& change) {
    if (change.folder != folder) return false;
    if (!change.stashed.empty()) raw_unlink(change.stashed);
    return true;
  });
}

int sync_call(int descriptor, long number) {
  Disk& d = disk();
  if (!d.watching) return static_cast<int>(::syscall(number, descriptor));
  const std::lock_guard lock(d.mutex);
  if (!watched(descriptor)) return static_cast<int>(::syscall(number, descriptor));
  if (const int error = before_change(); error != 0) return failing(error);
  struct stat status{};
  ::fstat(descriptor, &status);
  if (S_ISDIR(status.st_mode)) {
    note_synced_folder(d.open[descriptor]);
  } else {
    d.synced[status.st_ino] = static_cast<std::uint64_t>(status.st_size);
  }
  return 0;  // the simulated disk has it; the real one need not
}

}  // namespace

void watch(const std::filesystem::path& folder, const std::filesystem::path& stash_folder) {
  Disk& d = disk();
  const std::lock_guard lock(d.mutex);
  d.root = folder.string();
  d.stash = stash_folder.string();
  d.watching = true;
}

void lose_power_at(std::uint64_t call, std::uint64_t seed) {
  Disk& d = disk();
  const std::lock_guard lock(d.mutex);
  d.calls = 0;
  d.loss = call;
  d.seed = seed;
}

void fail_with(Calls calls, int error) {
  (calls == Calls::changes ? disk().change_error : disk().read_error) = error;
}

}  // namespace seekd::cache::faulty_disk

using namespace seekd::cache::faulty_disk;

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const auto call = [&] {
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  };
  Disk& d = disk();
  if (!d.watching || !below_root(path)) return call();
  const std::lock_guard lock(d.mutex);
  const bool creates =
      (flags & O_CREAT) != 0 && ::syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
  if (creates) {
    if (const int error = before_change(); error != 0) return failing(error);
  }
  const int descriptor = call();
  if (descriptor < 0) return descriptor;
  d.open[descriptor] = path;
  if (creates) note_created(path);
  if (creates || (flags & O_TRUNC) != 0) {
    struct stat status{};
    ::fstat(descriptor, &status);
    d.synced[status.st_ino] = 0;
  }
  return descriptor;
}

int close(int descriptor) {
  Disk& d = disk();
  if (d.watching) {
    const std::lock_guard lock(d.mutex);
    d.open.erase(descriptor);
  }
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  Disk& d = disk();
  if (!d.watching) return ::syscall(SYS_write, descriptor, bytes, size);
  std::unique_lock lock(d.mutex);
  if (!watched(descriptor)) {
    lock.unlock();  // a pipe may make us wait
    return ::syscall(SYS_write, descriptor, bytes, size);
  }
  if (const int error = before_change(); error != 0) return failing(error);
  return ::syscall(SYS_write, descriptor, bytes, size);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  Disk& d = disk();
  if (!d.watching) return ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
  const std::lock_guard lock(d.mutex);
  if (watched(descriptor)) {
    if (const int error = before_change(); error != 0) return failing(error);
  }
  return ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

ssize_t pread(int descriptor, void* bytes, size_t size, off_t offset) {
  Disk& d = disk();
  if (const int error = d.read_error.load(); error != 0) {
    const std::lock_guard lock(d.mutex);
    if (watched(descriptor)) return failing(error);
  }
  return ::syscall(SYS_pread64, descriptor, bytes, size, offset);
}

int fsync(int descriptor) {
  return sync_call(descriptor, SYS_fsync);
}

int fdatasync(int descriptor) {
  return sync_call(descriptor, SYS_fdatasync);
}

int ftruncate(int descriptor, off_t size) {
  Disk& d = disk();
  const std::lock_guard lock(d.mutex);
  if (watched(descriptor)) {
    if (const int error = before_change(); error != 0) return failing(error);
  }
  return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
}

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  Disk& d = disk();
  const std::lock_guard lock(d.mutex);
  if (watched(descriptor)) {
    if (const int error = before_change(); error != 0) return failing(error);
  }
  return static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, offset, size));
}

int rename(const char* from, const char* to) noexcept {
  const auto call = [&] { return static_cast<int>(::syscall(SYS_rename, from, to)); };
  Disk& d = disk();
  if (!d.watching || (!below_root(from) && !below_root(to))) return call();
  const std::lock_guard lock(d.mutex);
  if (const int error = before_change(); error != 0) return failing(error);
  // Two changes: the new name, with what it stood for before, and the old one's end.
  const std::string replaced = stash(to);
  const std::string moved = stash(from);
  const int done = call();
  if (done != 0) return done;
  d.changes.push_back({folder_of(from), to, from, moved});
  if (!replaced.empty()) {
    Change& change = d.changes.back();
    d.changes.insert(d.changes.end() - 1, Change{change.folder, "", to, replaced});
  }
  return done;
}

int unlink(const char* path) noexcept {
  Disk& d = disk();
  if (!d.watching || !below_root(path)) return static_cast<int>(raw_unlink(path));
  const std::lock_guard lock(d.mutex);
  if (const int error = before_change(); error != 0) return failing(error);
  const std::string stashed = stash(path);
  const int done = static_cast<int>(raw_unlink(path));
  if (done == 0 && !stashed.empty()) d.changes.push_back({folder_of(path), "", path, stashed});
  return done;
}

int link(const char* from, const char* to) noexcept {
  Disk& d = disk();
  const auto call = [&] { return static_cast<int>(::syscall(SYS_link, from, to)); };
  if (!d.watching || !below_root(to)) return call();
  const std::lock_guard lock(d.mutex);
  if (const int error = before_change(); error != 0) return failing(error);
  const int done = call();
  if (done == 0) note_created(to);
  return done;
}
}
