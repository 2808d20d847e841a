// ByteWriter and ByteReader: the alphabet that every record of the cache is written in.
//
// Integers are LEB128 varints, times are 8 bytes little-endian, strings carry their length. A
// reader trusts nothing: after the first value that does not fit its bytes it answers zeros and
// empty strings, and finished() is false, so that a decoder reads straight through and asks once,
// at the end. Plain values; one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "cache/content_hash.h"
#include "policy/page.h"

namespace seekd::cache {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void varint(std::uint64_t value);
  void time(TimePoint value);
  void raw(std::string_view bytes) { bytes_ += bytes; }
  void text(std::string_view bytes);  // length, then bytes
  void hash(const ContentHash& hash) { raw(hash.view()); }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint64_t varint();
  std::uint32_t varint32();  // a larger value is a failure
  TimePoint time();
  std::string_view raw(std::size_t size);  // points into the bytes given
  std::string_view text();                 // likewise
  ContentHash hash();

  // A number of elements, each of `bytes_each` at the least: more than the rest can hold is a
  // failure, so that a damaged count never sizes an allocation.
  std::size_t count(std::size_t bytes_each);

  void reject() { failed_ = true; }
  bool failed() const { return failed_; }
  bool finished() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace seekd::cache
