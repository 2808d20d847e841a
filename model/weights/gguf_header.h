// GgufHeader: the cursor that reads a GGUF header field by field.
//
// One thread at a time. Every read is checked against the end of the file and against GgufLimits
// before it allocates.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/weights/gguf.h"

namespace seekd::model {

static_assert(std::endian::native == std::endian::little, "GGUF and safetensors are little-endian");

class GgufHeader {
 public:
  // REQUIRES: the file outlives this.
  explicit GgufHeader(const InputFile& file) : file_(&file) {}

  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return file_->size() - position_; }

  // A number as it stands in the file. `field` is for the error's message.
  template <class T>
  Result<T> number(std::string_view field) {
    T value{};
    if (auto read = bytes(&value, sizeof value, field); !read) return std::unexpected(read.error());
    return value;
  }

  // A length of 64 bits and that many bytes.
  Result<std::string> text(std::string_view field);

  // A value type's number and the value.
  Result<GgufFile::Value> value(std::string_view field);

  std::unexpected<Error> corrupt(std::string_view field, std::string_view what) const;
  std::unexpected<Error> refuse(ErrorCode code, std::string_view field,
                                std::string_view what) const;

 private:
  Status bytes(void* to, std::size_t count, std::string_view field);
  Status fill(std::string_view field);
  Result<GgufFile::Value> scalar(std::uint32_t type, std::string_view field);
  Result<GgufFile::Value> array(std::string_view field);
  template <class T, class Stored>
  Result<GgufFile::Value> widened(std::string_view field);
  template <class T, class Stored>
  Result<GgufFile::Value> numbers(std::uint64_t count, std::string_view field);
  Result<GgufFile::Value> texts(std::uint64_t count, std::string_view field);

  const InputFile* file_;
  std::uint64_t position_ = 0;     // of the next byte to hand out
  std::vector<std::byte> window_;  // read ahead
  std::size_t window_used_ = 0;
};

}  // namespace seekd::model
