#include <algorithm>

#include "cache/encryption/encrypted_files.h"

namespace seekd::cache {

using rocksdb::IOStatus;

IOStatus EncryptedWritableFile::seal_block(FrameKind kind, std::string_view plain,
                                           std::string& sealed) {
  const std::size_t begin = sealed.size();
  sealed.resize(begin + plain.size() + tag_bytes);
  if (cipher_->seal(file_bytes_ + begin, kind, {}, plain, &sealed[begin])) return IOStatus::OK();
  return IOStatus::IOError("no memory to encrypt with");
}

IOStatus EncryptedWritableFile::seal_blocks(rocksdb::Slice data, std::string& sealed) {
  IOStatus status;
  while (status.ok() && pending_.size() + data.size() >= block_bytes) {
    const std::size_t taken = block_bytes - pending_.size();
    pending_.append(data.data(), taken);
    data.remove_prefix(taken);
    status = seal_block(FrameKind::inner, pending_, sealed);
    pending_.clear();
  }
  pending_.append(data.data(), data.size());
  return status;
}

IOStatus EncryptedWritableFile::seal_stream(rocksdb::Slice data, std::string& sealed) {
  IOStatus status;
  while (status.ok() && !data.empty()) {
    const std::size_t size = std::min(data.size(), stream_frame_bytes_max);
    sealed += frame_head(file_bytes_ + sealed.size(), size);
    status = seal_block(FrameKind::inner, {data.data(), size}, sealed);
    data.remove_prefix(size);
  }
  return status;
}

IOStatus EncryptedWritableFile::write(const std::string& sealed, const rocksdb::IOOptions& options,
                                      rocksdb::IODebugContext* debug) {
  const IOStatus status = target()->Append(sealed, options, debug);
  file_bytes_ += sealed.size();
  ended_ = ended_ || !status.ok();
  return status;
}

IOStatus EncryptedWritableFile::Append(const rocksdb::Slice& data,
                                       const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* debug) {
  if (data.empty()) return IOStatus::OK();
  if (ended_) return IOStatus::IOError("a file that ended or failed takes no more");
  std::string sealed;
  sealed.reserve(data.size() + (data.size() / block_bytes + 2) * (tag_bytes + frame_head_bytes));
  IOStatus status =
      layout_ == Layout::blocks ? seal_blocks(data, sealed) : seal_stream(data, sealed);
  if (status.ok() && !sealed.empty()) status = write(sealed, options, debug);
  if (status.ok()) plain_bytes_ += data.size();
  return status;
}

IOStatus EncryptedWritableFile::end(const rocksdb::IOOptions& options,
                                    rocksdb::IODebugContext* debug) {
  if (layout_ == Layout::stream || ended_) return IOStatus::OK();
  std::string sealed;
  IOStatus status = seal_block(FrameKind::last, pending_, sealed);
  if (status.ok()) status = write(sealed, options, debug);
  ended_ = true;
  return status;
}

IOStatus EncryptedWritableFile::Sync(const rocksdb::IOOptions& options,
                                     rocksdb::IODebugContext* debug) {
  const IOStatus status = end(options, debug);
  return status.ok() ? target()->Sync(options, debug) : status;
}

IOStatus EncryptedWritableFile::Fsync(const rocksdb::IOOptions& options,
                                      rocksdb::IODebugContext* debug) {
  const IOStatus status = end(options, debug);
  return status.ok() ? target()->Fsync(options, debug) : status;
}

IOStatus EncryptedWritableFile::Close(const rocksdb::IOOptions& options,
                                      rocksdb::IODebugContext* debug) {
  const IOStatus status = end(options, debug);
  const IOStatus closed = target()->Close(options, debug);
  return status.ok() ? closed : status;
}

IOStatus EncryptedWritableFile::Truncate(std::uint64_t size, const rocksdb::IOOptions& options,
                                         rocksdb::IODebugContext* debug) {
  if (size != plain_bytes_) return IOStatus::NotSupported("cutting an encrypted file");
  return target()->Truncate(file_bytes_, options, debug);
}

void EncryptedWritableFile::PrepareWrite(std::size_t /*offset*/, std::size_t length,
                                         const rocksdb::IOOptions& options,
                                         rocksdb::IODebugContext* debug) {
  target()->PrepareWrite(file_bytes_, length, options, debug);
}

}  // namespace seekd::cache
