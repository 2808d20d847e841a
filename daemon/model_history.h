// ModelHistory: the local models that served last, in a small file that outlives the process.
//
// Plain value; any thread. The file is JSON with a format number; it is replaced whole, by a
// rename.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::daemon {

struct ModelVersion {
  std::string name;            // as answers name it
  std::filesystem::path path;  // absolute: a folder or a .gguf file
  TimePoint since{};           // when it began to serve

  bool operator==(const ModelVersion&) const = default;
};

class ModelHistory {
 public:
  static constexpr std::size_t kept_max = 3;  // the one that serves is one of them

  // `model-versions.json`, beside the cache's folder.
  static std::filesystem::path file_of(const config::Config& config);

  // Empty where there is no file. Errors: io, corrupt, version_mismatch; each names the file.
  static Result<ModelHistory> read(const std::filesystem::path& file);
  // Errors: io; names the file, which is as it was then.
  Status write(const std::filesystem::path& file) const;

  // `version` serves now, and `configured` is what the configuration names by now.
  void serves(ModelVersion version, std::filesystem::path configured);

  // Newest first; the first one serves.
  std::span<const ModelVersion> versions() const { return versions_; }

  // What a start loads: the one that served last, while the configuration names the same model as
  // it did then; nullptr: what the configuration names.
  const ModelVersion* chosen(const std::filesystem::path& configured) const;
  // nullptr: none served before.
  const ModelVersion* before() const { return versions_.size() > 1 ? &versions_[1] : nullptr; }

  bool operator==(const ModelHistory&) const = default;

 private:
  std::filesystem::path configured_;  // when the latest began to serve
  std::vector<ModelVersion> versions_;
};

}  // namespace seekd::daemon
