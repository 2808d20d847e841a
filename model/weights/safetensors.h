// SafetensorsFile: the header of a safetensors file, checked: where each tensor lies.
//
// Format: https://github.com/huggingface/safetensors#format. Little-endian. The header's length is
// capped, and the tensors must cover the data section without gap or overlap, as the format
// demands. Immutable after open(); any thread may call. Errors name the file and the field:
// corrupt, too_large (a header over its cap), not_found, io.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/weights/input_file.h"
#include "model/weights/quantize.h"
#include "policy/result.h"

namespace seekd::model {

struct SafetensorsLimits {
  static constexpr std::uint64_t header_bytes_max = 32U << 20;
  static constexpr std::uint64_t index_bytes_max = 32U << 20;
  static constexpr std::size_t dimensions_max = 8;
  static constexpr std::size_t shards_max = 1024;
};

struct SafetensorsTensor {
  std::string name;
  std::vector<std::uint64_t> shape;  // row-major
  std::optional<DType> type;         // nothing: a type that we do not read (I64, F8_E4M3, …)
  std::uint64_t offset = 0;          // bytes, from the beginning of the file
  std::uint64_t bytes = 0;
};

class SafetensorsFile {
 public:
  static Result<SafetensorsFile> open(const std::filesystem::path& path);

  const InputFile& file() const { return file_; }
  InputFile release_file() && { return std::move(file_); }
  const std::vector<SafetensorsTensor>& tensors() const { return tensors_; }

 private:
  explicit SafetensorsFile(InputFile file) : file_(std::move(file)) {}

  InputFile file_;
  std::vector<SafetensorsTensor> tensors_;  // sorted by offset
};

// The files of a Hugging Face folder: model.safetensors alone, or the shards that
// model.safetensors.index.json names. A shard's name is a plain file name; each tensor of the index
// must be in the shard that it names, and in no other.
Result<std::vector<SafetensorsFile>> open_safetensors_folder(const std::filesystem::path& folder);

}  // namespace seekd::model
