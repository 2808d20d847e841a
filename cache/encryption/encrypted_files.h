// Files that encrypt what RocksDB writes and authenticate what it reads (file_format.h).
//
// Thread safety as RocksDB's FSWritableFile, FSSequentialFile and FSRandomAccessFile say. What is
// not what was written is IOStatus::Corruption, naming the file.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <rocksdb/file_system.h>

#include "cache/encryption/file_format.h"

namespace seekd::cache {

// Written once, from front to back. A table takes no more once it was synced: its last frame ends
// it.
class EncryptedWritableFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  // REQUIRES: the header is written, and nothing else.
  EncryptedWritableFile(std::unique_ptr<rocksdb::FSWritableFile> file, Layout layout,
                        std::unique_ptr<FrameCipher> cipher)
      : FSWritableFileOwnerWrapper(std::move(file)), layout_(layout), cipher_(std::move(cipher)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus PositionedAppend(const rocksdb::Slice&, std::uint64_t,
                                     const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("direct writes of an encrypted file");
  }
  rocksdb::IOStatus PositionedAppend(const rocksdb::Slice&, std::uint64_t,
                                     const rocksdb::IOOptions&,
                                     const rocksdb::DataVerificationInfo&,
                                     rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("direct writes of an encrypted file");
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Close(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override;
  // RocksDB gives back what it allocated and did not write.
  rocksdb::IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  std::uint64_t GetFileSize(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return plain_bytes_;
  }
  void PrepareWrite(std::size_t offset, std::size_t length, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override;

 private:
  rocksdb::IOStatus seal_block(FrameKind kind, std::string_view plain, std::string& sealed);
  rocksdb::IOStatus seal_blocks(rocksdb::Slice data, std::string& sealed);
  rocksdb::IOStatus seal_stream(rocksdb::Slice data, std::string& sealed);
  rocksdb::IOStatus write(const std::string& sealed, const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug);
  rocksdb::IOStatus end(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug);

  const Layout layout_;
  const std::unique_ptr<FrameCipher> cipher_;
  std::string pending_;  // of a table: less than a block
  std::uint64_t plain_bytes_ = 0;
  std::uint64_t file_bytes_ = header_bytes;  // sealed
  // After the last frame; or where a write failed, so that no nonce is used for a second text.
  bool ended_ = false;
};

class EncryptedSequentialFile : public rocksdb::FSSequentialFile {
 public:
  // REQUIRES: the header is read, and nothing else.
  EncryptedSequentialFile(std::string name, std::unique_ptr<rocksdb::FSSequentialFile> file,
                          OpenedFile opened)
      : name_(std::move(name)), file_(std::move(file)), opened_(std::move(opened)) {}

  rocksdb::IOStatus Read(std::size_t size, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Skip(std::uint64_t size) override;

 private:
  rocksdb::IOStatus read_raw(std::size_t size, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug);
  rocksdb::IOStatus next_block(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug);
  rocksdb::IOStatus next_frame(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug);
  rocksdb::IOStatus check_zeros(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug);
  rocksdb::IOStatus damaged() const;

  const std::string name_;
  const std::unique_ptr<rocksdb::FSSequentialFile> file_;
  const OpenedFile opened_;
  std::string raw_;                      // of one frame; decrypted in place
  std::size_t plain_end_ = 0;            // within raw_
  std::size_t plain_read_ = 0;           // likewise
  std::uint64_t offset_ = header_bytes;  // of the next frame
  bool ended_ = false;
};

// A table. Others can be opened too, as RocksDB tries on CURRENT, and not read.
class EncryptedRandomAccessFile : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  EncryptedRandomAccessFile(std::string name, std::unique_ptr<rocksdb::FSRandomAccessFile> file,
                            OpenedFile opened)
      : FSRandomAccessFileOwnerWrapper(std::move(file)),
        name_(std::move(name)),
        opened_(std::move(opened)) {}

  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t size, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) const override;
  // NOLINTBEGIN(bugprone-parent-virtual-call): the wrapper's would read the encrypted file past
  // Read().
  rocksdb::IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                              const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override {
    return FSRandomAccessFile::MultiRead(requests, count, options, debug);
  }
  rocksdb::IOStatus ReadAsync(rocksdb::FSReadRequest& request, const rocksdb::IOOptions& options,
                              std::function<void(const rocksdb::FSReadRequest&, void*)> done,
                              void* argument, void** handle, rocksdb::IOHandleDeleter* deleter,
                              rocksdb::IODebugContext* debug) override {
    return FSRandomAccessFile::ReadAsync(request, options, std::move(done), argument, handle,
                                         deleter, debug);
  }
  // NOLINTEND(bugprone-parent-virtual-call)
  rocksdb::IOStatus Prefetch(std::uint64_t offset, std::size_t size,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

 private:
  const std::string name_;
  const OpenedFile opened_;
};

}  // namespace seekd::cache
