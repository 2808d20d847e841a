#include "fetcher/broker/secret_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/message.h"

namespace seekd::fetcher {
namespace {

Status check_permissions(const struct stat& status, const std::string& name) {
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::invalid_argument, name + ": is not a regular file");
  }
  const bool foreign = status.st_uid != 0 && status.st_uid != geteuid();
  // systemd grants its credentials by an access control list, which shows as root's group may read.
  const bool own_group = status.st_gid == 0 || status.st_gid == getegid();
  const bool open = (status.st_mode & (S_IRWXO | S_IWGRP)) != 0 ||
                    ((status.st_mode & S_IRGRP) != 0 && !own_group);
  if (!foreign && !open) return {};
  return fail(ErrorCode::invalid_argument,
              name +
                  ": others than its owner and seekd-fetcher's own group may read or write it; "
                  "chown it to root and chmod it to 0640 or less");
}

}  // namespace

Result<std::string> read_secret_file(const std::filesystem::path& file, const std::string& option) {
  const std::string name = option + " '" + file.native() + "'";
  const Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!opened) {
    const std::string why = std::generic_category().message(errno);
    return fail(ErrorCode::not_found, name + " cannot be opened: " + why);
  }
  struct stat status{};
  if (fstat(opened.get(), &status) != 0) return fail(ErrorCode::io, name + ": cannot be looked at");
  if (auto safe = check_permissions(status, name); !safe) return std::unexpected(safe.error());
  std::string text(secret_file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(opened.get(), text.data() + size, text.size() - size);
    if (got < 0) return fail(ErrorCode::io, name + ": cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == text.size()) return fail(ErrorCode::too_large, name + ": is over 64 KiB");
  text.resize(size);
  return text;
}

Result<std::string> read_secret_line(const std::filesystem::path& file, const std::string& option) {
  constexpr std::size_t bytes_max = secret_field_bytes_max - 128;  // beside the field's name
  Result<std::string> text = read_secret_file(file, option);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  const bool printable = std::ranges::all_of(*text, [](char c) { return c >= ' ' && c <= '~'; });
  if (printable && !text->empty() && text->size() <= bytes_max) return text;
  return fail(ErrorCode::invalid_argument, option + " '" + file.native() +
                                               "': holds no key, which is one line of printable "
                                               "characters");
}

std::filesystem::path configured_or_credential(const std::filesystem::path& configured,
                                               const std::filesystem::path& folder,
                                               const std::string& credential) {
  if (!configured.empty() || folder.empty()) return configured;
  std::error_code error;
  const std::filesystem::path brought = folder / credential;
  return std::filesystem::exists(brought, error) ? brought : std::filesystem::path();
}

}  // namespace seekd::fetcher
