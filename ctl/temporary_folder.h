// TemporaryFolder: a folder of the caller's alone that goes with its contents.
//
// One thread. It stays where the program is killed.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "policy/result.h"

namespace seekd::ctl {

class TemporaryFolder {
 public:
  // Below TMPDIR, else /tmp. Errors: io.
  static Result<TemporaryFolder> create(std::string_view prefix);

  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace seekd::ctl
