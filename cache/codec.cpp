#include "cache/codec.h"

#include <algorithm>
#include <limits>

namespace seekd::cache {

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::time(TimePoint value) {
  auto bits = static_cast<std::uint64_t>(value.time_since_epoch().count());
  for (int shift = 0; shift < 64; shift += 8) u8(static_cast<std::uint8_t>(bits >> shift));
}

void ByteWriter::text(std::string_view bytes) {
  varint(bytes.size());
  raw(bytes);
}

std::string_view ByteReader::raw(std::size_t size) {
  if (failed_ || size > rest_.size()) {
    failed_ = true;
    return {};
  }
  std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

std::uint8_t ByteReader::u8() {
  std::string_view byte = raw(1);
  return byte.empty() ? 0 : static_cast<std::uint8_t>(byte[0]);
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    std::uint8_t byte = u8();
    if (failed_) return 0;
    // The tenth byte has room for one bit alone.
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  failed_ = true;
  return 0;
}

std::uint32_t ByteReader::varint32() {
  std::uint64_t value = varint();
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    failed_ = true;
    return 0;
  }
  return static_cast<std::uint32_t>(value);
}

TimePoint ByteReader::time() {
  std::string_view bytes = raw(8);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return TimePoint(std::chrono::seconds(static_cast<std::int64_t>(bits)));
}

std::string_view ByteReader::text() {
  std::uint64_t size = varint();
  return raw(size);
}

ContentHash ByteReader::hash() {
  ContentHash hash;
  std::ranges::copy(raw(hash.bytes.size()), hash.bytes.begin());
  return hash;
}

std::size_t ByteReader::count(std::size_t bytes_each) {
  std::uint64_t count = varint();
  if (failed_ || count > rest_.size() / bytes_each) {
    failed_ = true;
    return 0;
  }
  return count;
}

}  // namespace seekd::cache
