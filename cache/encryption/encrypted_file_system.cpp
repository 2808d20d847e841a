#include "cache/encryption/encrypted_file_system.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "cache/encryption/encrypted_files.h"

namespace seekd::cache {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// A file whose header did not come to be written.
class EmptyFile : public rocksdb::FSSequentialFile {
 public:
  IOStatus Read(std::size_t /*size*/, const IOOptions&, rocksdb::Slice* result, char* scratch,
                IODebugContext*) override {
    *result = rocksdb::Slice(scratch, 0);
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t /*size*/) override { return IOStatus::OK(); }
};

class EncryptedFileSystem : public rocksdb::FileSystemWrapper {
 public:
  EncryptedFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base, Secret data_key)
      : FileSystemWrapper(base), data_key_(std::move(data_key)) {}

  const char* Name() const override { return "seekd's encrypted files"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    const Layout layout = layout_for(name);
    auto begun = begin_file(data_key_, layout);
    if (!begun) return IOStatus::IOError(name, "no key can be made for it");
    std::unique_ptr<rocksdb::FSWritableFile> file;
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &file, debug);
    if (status.ok()) status = file->Append(begun->header, IOOptions(), debug);
    if (!status.ok()) return status;
    *result =
        std::make_unique<EncryptedWritableFile>(std::move(file), layout, std::move(begun->cipher));
    return IOStatus::OK();
  }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* debug) override {
    IOStatus status = open_sequential(name, options, result, debug);
    if (!name.ends_with("/IDENTITY")) return status;
    // It names the database in RocksDB's statistics, and nothing else. An empty one is made anew;
    // where it is damaged, Debian's build ends the process.
    if (status.IsCorruption() || (status.ok() && !can_be_read(**result))) {
      *result = std::make_unique<EmptyFile>();
      return IOStatus::OK();
    }
    return status.ok() ? open_sequential(name, options, result, debug) : status;
  }

  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSRandomAccessFile> file;
    IOStatus status = FileSystemWrapper::NewRandomAccessFile(name, options, &file, debug);
    if (!status.ok()) return status;
    std::array<char, header_bytes> header{};
    rocksdb::Slice got;
    status = file->Read(0, header.size(), IOOptions(), &got, header.data(), debug);
    if (!status.ok()) return status;
    auto opened = open_file(data_key_, got.ToStringView());
    if (!opened) return not_ours(name);
    *result =
        std::make_unique<EncryptedRandomAccessFile>(name, std::move(file), std::move(*opened));
    return IOStatus::OK();
  }

  // RocksDB asks for it to give back what it allocated of a log and did not write: that stays, and
  // goes with the log.
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported(name, "is written once");
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported(name, "is written once");
  }
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>*, IODebugContext*) override {
    return IOStatus::NotSupported(name, "is written once");
  }
  IOStatus NewMemoryMappedFileBuffer(const std::string& name,
                                     std::unique_ptr<rocksdb::MemoryMappedFileBuffer>*) override {
    return IOStatus::NotSupported(name, "is encrypted");
  }

  // Of the plaintext, which RocksDB compares with what it wrote.
  IOStatus GetFileSize(const std::string& name, const IOOptions& options, std::uint64_t* size,
                       IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::GetFileSize(name, options, size, debug);
    if (!status.ok()) return status;
    if (layout_for(name) == Layout::blocks) {
      *size = plain_size_of_blocks(*size);
      return status;
    }
    return stream_size(name, *size, size, debug);
  }

  IOStatus GetChildrenFileAttributes(const std::string& folder, const IOOptions& options,
                                     std::vector<rocksdb::FileAttributes>* result,
                                     IODebugContext* debug) override {
    const IOStatus status =
        FileSystemWrapper::GetChildrenFileAttributes(folder, options, result, debug);
    if (!status.ok()) return status;
    for (rocksdb::FileAttributes& file : *result) {
      if (layout_for(file.name) == Layout::blocks) {
        file.size_bytes = plain_size_of_blocks(file.size_bytes);
      }
    }
    return status;
  }

 private:
  static IOStatus not_ours(const std::string& name) {
    return IOStatus::Corruption(name, "is not encrypted with this cache's key, or damaged");
  }

  IOStatus open_sequential(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSSequentialFile>* result,
                           IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    IOStatus status = FileSystemWrapper::NewSequentialFile(name, options, &file, debug);
    if (!status.ok()) return status;
    std::array<char, header_bytes> header{};
    rocksdb::Slice got;
    status = file->Read(header.size(), IOOptions(), &got, header.data(), debug);
    if (!status.ok()) return status;
    if (got.size() < header_bytes) {
      *result = std::make_unique<EmptyFile>();
      return status;
    }
    auto opened = open_file(data_key_, got.ToStringView());
    if (!opened) return not_ours(name);
    *result = std::make_unique<EncryptedSequentialFile>(name, std::move(file), std::move(*opened));
    return IOStatus::OK();
  }

  static bool can_be_read(rocksdb::FSSequentialFile& file) {
    std::array<char, 256> scratch{};
    rocksdb::Slice got;
    return file.Read(scratch.size(), IOOptions(), &got, scratch.data(), nullptr).ok();
  }

  // Added up from the frames' lengths; one that is not there whole does not count.
  IOStatus stream_size(const std::string& name, std::uint64_t file_bytes, std::uint64_t* size,
                       IODebugContext* debug) {
    *size = 0;
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    IOStatus status = FileSystemWrapper::NewSequentialFile(name, FileOptions(), &file, debug);
    if (status.ok()) status = file->Skip(header_bytes);
    std::uint64_t offset = header_bytes;
    while (status.ok() && offset + frame_head_bytes <= file_bytes) {
      std::array<char, frame_head_bytes> head{};
      rocksdb::Slice got;
      status = file->Read(head.size(), IOOptions(), &got, head.data(), debug);
      const auto length = parse_frame_head(offset, got.ToStringView());
      if (!status.ok() || !length) break;
      offset += frame_head_bytes + *length + tag_bytes;
      if (offset > file_bytes) break;
      *size += *length;
      status = file->Skip(*length + tag_bytes);
    }
    return status;
  }

  const Secret data_key_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> encrypted_file_system(
    const std::shared_ptr<rocksdb::FileSystem>& base, Secret data_key) {
  return std::make_shared<EncryptedFileSystem>(base, std::move(data_key));
}

}  // namespace seekd::cache
