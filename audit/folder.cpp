#include "audit/folder.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace seekd::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "audit-";
constexpr std::string_view name_suffix = ".log";
constexpr std::size_t digits_min = 12;  // at least, so that names sort

std::unexpected<Error> io_failure(const fs::path& path, const std::string& what) {
  return fail(ErrorCode::io, "audit log '" + path.string() + "': " + what);
}

// Follows the lines of one file. Bytes behind the last end of a line go to `torn`.
Status follow(const fs::path& path, Chain& chain, std::size_t& torn,
              const std::function<void(const Head&, std::string_view)>& each) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_failure(path, std::strerror(errno));
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (file.eof()) {
      torn = line.size();
      break;
    }
    const auto record = chain.follow(line);
    if (!record) {
      return fail(record.error().code,
                  path.string() + ":" + std::to_string(number) + ": " + record.error().message);
    }
    if (each) each(chain.head(), *record);
  }
  return file.bad() ? io_failure(path, "cannot be read") : Status();
}

// The head is written after its record: a crash between the two leaves it one behind.
Status compare_head(const fs::path& folder, const Key& key, const Head& last) {
  const auto sealed = read_head(folder);
  if (!sealed) return std::unexpected(sealed.error());
  const auto head = open_sealed_head(*sealed, key);
  if (!head)
    return fail(ErrorCode::corrupt, (folder / head_name).string() + ": " + head.error().message);
  if (head->sequence <= last.sequence) return {};
  return fail(ErrorCode::corrupt, folder.string() + ": records " +
                                      std::to_string(last.sequence + 1) + " to " +
                                      std::to_string(head->sequence) + " were cut off at the end");
}

}  // namespace

std::string file_name(std::uint64_t first_record) {
  const std::string digits = std::to_string(first_record);
  const std::string zeros(digits.size() < digits_min ? digits_min - digits.size() : 0, '0');
  return std::string(name_prefix) + zeros + digits + std::string(name_suffix);
}

std::uint64_t first_record_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (!name.starts_with(name_prefix) || !name.ends_with(name_suffix)) return 0;
  const char* const begin = name.data() + name_prefix.size();
  const char* const end = name.data() + name.size() - name_suffix.size();
  std::uint64_t first = 0;
  const auto read = std::from_chars(begin, end, first);
  return read.ec == std::errc{} && read.ptr == end ? first : 0;
}

Result<std::vector<fs::path>> log_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (first_record_of(entries->path()) != 0) files.push_back(entries->path());
  }
  if (error) return io_failure(folder, error.message());
  std::ranges::sort(files, {}, first_record_of);
  return files;
}

Result<std::string> read_head(const fs::path& folder) {
  std::ifstream file(folder / head_name, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return std::string();
    return io_failure(folder / head_name, std::strerror(errno));
  }
  std::string line;
  std::getline(file, line);
  return line;
}

Result<Verified> verify(const fs::path& folder, const Key& key,
                        const std::function<void(const Head&, std::string_view json)>& each) {
  const auto files = log_files(folder);
  if (!files) return std::unexpected(files.error());
  if (files->empty())
    return fail(ErrorCode::not_found, "there is no audit log in '" + folder.string() + "'");
  Chain chain(key);
  Verified verified{.head = {}, .files = files->size(), .torn_bytes = 0};
  for (const fs::path& file : *files) {
    std::size_t torn = 0;
    if (const Status followed = follow(file, chain, torn, each); !followed) {
      return std::unexpected(followed.error());
    }
    if (torn != 0 && file != files->back()) {
      return fail(ErrorCode::corrupt, file.string() + ": its last record was cut");
    }
    verified.torn_bytes = torn;
  }
  verified.head = chain.head();
  if (const Status compared = compare_head(folder, key, verified.head); !compared) {
    return std::unexpected(compared.error());
  }
  return verified;
}

}  // namespace seekd::audit
