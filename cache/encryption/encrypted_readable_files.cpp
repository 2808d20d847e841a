#include <algorithm>
#include <cstring>
#include <vector>

#include "cache/encryption/encrypted_files.h"

namespace seekd::cache {
namespace {

using rocksdb::IOStatus;

IOStatus not_authentic(const std::string& name) {
  return IOStatus::Corruption(name, "is not what was encrypted");
}

}  // namespace

IOStatus EncryptedSequentialFile::damaged() const {
  return not_authentic(name_);
}

// Into raw_, which is shorter where the file ends.
IOStatus EncryptedSequentialFile::read_raw(std::size_t size, const rocksdb::IOOptions& options,
                                           rocksdb::IODebugContext* debug) {
  raw_.resize(size);
  std::size_t filled = 0;
  while (filled < size) {
    rocksdb::Slice got;
    const IOStatus status = file_->Read(size - filled, options, &got, &raw_[filled], debug);
    if (!status.ok()) return status;
    if (got.empty()) break;
    if (got.data() != &raw_[filled]) std::memmove(&raw_[filled], got.data(), got.size());
    filled += got.size();
  }
  raw_.resize(filled);
  return IOStatus::OK();
}

IOStatus EncryptedSequentialFile::next_block(const rocksdb::IOOptions& options,
                                             rocksdb::IODebugContext* debug) {
  IOStatus status = read_raw(sealed_block_bytes, options, debug);
  if (!status.ok()) return status;
  ended_ = raw_.size() < sealed_block_bytes;
  const FrameKind kind = ended_ ? FrameKind::last : FrameKind::inner;
  if (!opened_.cipher->open(offset_, kind, {}, raw_)) return damaged();
  offset_ += raw_.size();
  plain_end_ = raw_.size() - tag_bytes;
  return IOStatus::OK();
}

// What a file system puts where a write did not arrive before the power went.
IOStatus EncryptedSequentialFile::check_zeros(const rocksdb::IOOptions& options,
                                              rocksdb::IODebugContext* debug) {
  while (!raw_.empty()) {
    if (!std::ranges::all_of(raw_, [](char c) { return c == '\0'; })) return damaged();
    IOStatus status = read_raw(sealed_block_bytes, options, debug);
    if (!status.ok()) return status;
  }
  return IOStatus::OK();
}

IOStatus EncryptedSequentialFile::next_frame(const rocksdb::IOOptions& options,
                                             rocksdb::IODebugContext* debug) {
  plain_end_ = 0;
  IOStatus status = read_raw(frame_head_bytes, options, debug);
  ended_ = raw_.size() < frame_head_bytes;
  if (!status.ok() || ended_) return status;
  const auto length = parse_frame_head(offset_, raw_);
  if (!length) {
    ended_ = true;
    return check_zeros(options, debug);
  }
  status = read_raw(*length + tag_bytes, options, debug);
  ended_ = raw_.size() < *length + tag_bytes;
  if (!status.ok() || ended_) return status;
  if (!opened_.cipher->open(offset_ + frame_head_bytes, FrameKind::inner, {}, raw_)) {
    return damaged();
  }
  offset_ += frame_head_bytes + raw_.size();
  plain_end_ = *length;
  return IOStatus::OK();
}

IOStatus EncryptedSequentialFile::Read(std::size_t size, const rocksdb::IOOptions& options,
                                       rocksdb::Slice* result, char* scratch,
                                       rocksdb::IODebugContext* debug) {
  std::size_t filled = 0;
  while (filled < size) {
    if (plain_read_ == plain_end_) {
      if (ended_) break;
      plain_read_ = plain_end_ = 0;
      const IOStatus status = opened_.layout == Layout::blocks ? next_block(options, debug)
                                                               : next_frame(options, debug);
      if (!status.ok()) return status;
      continue;
    }
    const std::size_t taken = std::min(size - filled, plain_end_ - plain_read_);
    std::memcpy(scratch + filled, raw_.data() + plain_read_, taken);
    plain_read_ += taken;
    filled += taken;
  }
  *result = rocksdb::Slice(scratch, filled);
  return IOStatus::OK();
}

IOStatus EncryptedSequentialFile::Skip(std::uint64_t size) {
  std::vector<char> scratch(block_bytes);
  while (size > 0) {
    rocksdb::Slice got;
    const std::size_t wanted = std::min<std::uint64_t>(size, scratch.size());
    const IOStatus status = Read(wanted, rocksdb::IOOptions(), &got, scratch.data(), nullptr);
    if (!status.ok() || got.empty()) return status;
    size -= got.size();
  }
  return IOStatus::OK();
}

IOStatus EncryptedRandomAccessFile::Read(std::uint64_t offset, std::size_t size,
                                         const rocksdb::IOOptions& options, rocksdb::Slice* result,
                                         char* scratch, rocksdb::IODebugContext* debug) const {
  *result = rocksdb::Slice(scratch, 0);
  if (size == 0) return IOStatus::OK();
  if (opened_.layout != Layout::blocks) {
    return IOStatus::NotSupported(name_, "is read from the front alone");
  }
  const std::uint64_t first = offset / block_bytes;
  const std::uint64_t blocks = (offset + size - 1) / block_bytes - first + 1;
  std::uint64_t place = header_bytes + first * sealed_block_bytes;
  const auto buffer = std::make_unique_for_overwrite<char[]>(blocks * sealed_block_bytes);
  rocksdb::Slice got;
  IOStatus status =
      target()->Read(place, blocks * sealed_block_bytes, options, &got, buffer.get(), debug);
  if (!status.ok()) return status;
  if (got.data() != buffer.get()) std::memmove(buffer.get(), got.data(), got.size());
  std::size_t skipped = offset % block_bytes;
  std::size_t filled = 0;
  for (std::size_t at = 0; at < got.size(); at += sealed_block_bytes) {
    const std::span<char> frame(buffer.get() + at, std::min(sealed_block_bytes, got.size() - at));
    const FrameKind kind = frame.size() < sealed_block_bytes ? FrameKind::last : FrameKind::inner;
    if (!opened_.cipher->open(place, kind, {}, frame)) return not_authentic(name_);
    place += frame.size();
    const std::size_t plain = frame.size() - tag_bytes;
    const std::size_t taken = std::min(size - filled, plain - std::min(plain, skipped));
    std::memcpy(scratch + filled, frame.data() + skipped, taken);
    filled += taken;
    skipped = 0;
  }
  *result = rocksdb::Slice(scratch, filled);
  return IOStatus::OK();
}

IOStatus EncryptedRandomAccessFile::Prefetch(std::uint64_t offset, std::size_t size,
                                             const rocksdb::IOOptions& options,
                                             rocksdb::IODebugContext* debug) {
  const std::uint64_t first = offset / block_bytes;
  const std::uint64_t blocks = size / block_bytes + 2;
  return target()->Prefetch(header_bytes + first * sealed_block_bytes, blocks * sealed_block_bytes,
                            options, debug);
}

}  // namespace seekd::cache
