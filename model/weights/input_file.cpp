#include "model/weights/input_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seekd::model {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return fail(code, path.string() + ": " + reason(errno));
  }
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return fail(ErrorCode::not_found, path.string() + ": not a regular file");
  }
  return InputFile(descriptor, path, static_cast<std::uint64_t>(status.st_size));
}

InputFile::InputFile(int descriptor, std::filesystem::path path, std::uint64_t size)
    : descriptor_(descriptor), path_(std::move(path)), size_(size) {}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(size_, other.size_);
  return *this;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status InputFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, path_.string() + ": " + reason(errno));
    if (got == 0) {
      return fail(ErrorCode::corrupt, path_.string() + ": the file ends at byte " +
                                          std::to_string(offset) + ", where more was announced");
    }
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::uint64_t bytes_max) {
  auto file = InputFile::open(path);
  if (!file) return std::unexpected(file.error());
  if (file->size() > bytes_max) {
    return fail(ErrorCode::too_large, path.string() + ": " + std::to_string(file->size()) +
                                          " bytes, at most " + std::to_string(bytes_max) +
                                          " are read");
  }
  std::string text(file->size(), '\0');
  if (auto read = file->read(0, std::as_writable_bytes(std::span(text))); !read) {
    return std::unexpected(read.error());
  }
  return text;
}

}  // namespace seekd::model
