#include "model/weights/gguf_header.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{1} << 18;

// The numbers of the value types in a file.
enum ValueType : std::uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

}  // namespace

std::unexpected<Error> GgufHeader::refuse(ErrorCode code, std::string_view field,
                                          std::string_view what) const {
  std::string message = file_->path().string();
  message.append(": GGUF header, ").append(field.substr(0, 100)).append(": ").append(what);
  return fail(code, std::move(message));
}

std::unexpected<Error> GgufHeader::corrupt(std::string_view field, std::string_view what) const {
  return refuse(ErrorCode::corrupt, field, what);
}

Status GgufHeader::fill(std::string_view field) {
  const std::uint64_t ahead = std::min<std::uint64_t>(remaining(), kWindowBytes);
  if (ahead == 0) return corrupt(field, "the file ends before it");
  window_.resize(ahead);
  window_used_ = 0;
  return file_->read(position_, window_);
}

Status GgufHeader::bytes(void* to, std::size_t count, std::string_view field) {
  if (count > remaining()) return corrupt(field, "the file ends before it");
  if (position_ + count > GgufLimits::header_bytes_max) {
    return refuse(ErrorCode::too_large, field, "a header of more than 256 MiB");
  }
  auto* out = static_cast<std::byte*>(to);
  while (count > 0) {
    if (window_used_ == window_.size()) {
      if (auto filled = fill(field); !filled) return filled;
    }
    const std::size_t step = std::min(count, window_.size() - window_used_);
    std::memcpy(out, window_.data() + window_used_, step);
    window_used_ += step;
    position_ += step;
    out += step;
    count -= step;
  }
  return {};
}

Result<std::string> GgufHeader::text(std::string_view field) {
  const auto length = number<std::uint64_t>(field);
  if (!length) return std::unexpected(length.error());
  if (*length > remaining()) return corrupt(field, "a string longer than the file");
  if (*length > GgufLimits::string_bytes_max) {
    return refuse(ErrorCode::too_large, field, "a string of more than 16 MiB");
  }
  std::string text(*length, '\0');
  if (auto read = bytes(text.data(), text.size(), field); !read) {
    return std::unexpected(read.error());
  }
  return text;
}

Result<GgufFile::Value> GgufHeader::value(std::string_view field) {
  const auto type = number<std::uint32_t>(field);
  if (!type) return std::unexpected(type.error());
  return *type == kArray ? array(field) : scalar(*type, field);
}

template <class T, class Stored>
Result<GgufFile::Value> GgufHeader::widened(std::string_view field) {
  const auto stored = number<Stored>(field);
  if (!stored) return std::unexpected(stored.error());
  return static_cast<T>(*stored);
}

Result<GgufFile::Value> GgufHeader::scalar(std::uint32_t type, std::string_view field) {
  switch (type) {
    case kUint8:
      return widened<std::uint64_t, std::uint8_t>(field);
    case kUint16:
      return widened<std::uint64_t, std::uint16_t>(field);
    case kUint32:
      return widened<std::uint64_t, std::uint32_t>(field);
    case kUint64:
      return widened<std::uint64_t, std::uint64_t>(field);
    case kInt8:
      return widened<std::int64_t, std::int8_t>(field);
    case kInt16:
      return widened<std::int64_t, std::int16_t>(field);
    case kInt32:
      return widened<std::int64_t, std::int32_t>(field);
    case kInt64:
      return widened<std::int64_t, std::int64_t>(field);
    case kFloat32:
      return widened<double, float>(field);
    case kFloat64:
      return widened<double, double>(field);
    case kBool:
      return widened<bool, std::uint8_t>(field);
    case kString:
      return text(field);
    default:
      return corrupt(field, "value type " + std::to_string(type));
  }
}

template <class T, class Stored>
Result<GgufFile::Value> GgufHeader::numbers(std::uint64_t count, std::string_view field) {
  if (count > remaining() / sizeof(Stored)) return corrupt(field, "an array longer than the file");
  std::vector<T> values(count);
  for (T& value : values) {
    const auto stored = number<Stored>(field);
    if (!stored) return std::unexpected(stored.error());
    if constexpr (std::is_same_v<Stored, std::uint64_t>) {
      if (!std::in_range<T>(*stored)) {
        return refuse(ErrorCode::unsupported, field, "an element of 2^63 or more");
      }
    }
    value = static_cast<T>(+*stored);
  }
  return values;
}

Result<GgufFile::Value> GgufHeader::texts(std::uint64_t count, std::string_view field) {
  if (count > remaining() / sizeof(std::uint64_t)) {
    return corrupt(field, "an array longer than the file");
  }
  std::vector<std::string> values;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto value = text(field);
    if (!value) return std::unexpected(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

Result<GgufFile::Value> GgufHeader::array(std::string_view field) {
  const auto type = number<std::uint32_t>(field);
  if (!type) return std::unexpected(type.error());
  const auto count = number<std::uint64_t>(field);
  if (!count) return std::unexpected(count.error());
  if (*count > remaining()) return corrupt(field, "an array longer than the file");
  if (*count > GgufLimits::array_elements_max) {
    return refuse(ErrorCode::too_large, field, "an array of more than 16 Mi elements");
  }
  switch (*type) {
    case kUint8:
    case kBool:
      return numbers<std::int64_t, std::uint8_t>(*count, field);
    case kInt8:
      return numbers<std::int64_t, std::int8_t>(*count, field);
    case kUint16:
      return numbers<std::int64_t, std::uint16_t>(*count, field);
    case kInt16:
      return numbers<std::int64_t, std::int16_t>(*count, field);
    case kUint32:
      return numbers<std::int64_t, std::uint32_t>(*count, field);
    case kInt32:
      return numbers<std::int64_t, std::int32_t>(*count, field);
    case kUint64:
      return numbers<std::int64_t, std::uint64_t>(*count, field);
    case kInt64:
      return numbers<std::int64_t, std::int64_t>(*count, field);
    case kFloat32:
      return numbers<double, float>(*count, field);
    case kFloat64:
      return numbers<double, double>(*count, field);
    case kString:
      return texts(*count, field);
    case kArray:
      return refuse(ErrorCode::unsupported, field, "an array of arrays");
    default:
      return corrupt(field, "element type " + std::to_string(*type));
  }
}

}  // namespace seekd::model
