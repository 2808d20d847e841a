// Log: records appended to files, each standing for all before it (audit/chain.h).
//
// The folder holds `audit-SEQUENCE.log` files, named by their first record; `head`, the latest
// record and its code, which tells a log that was cut at its end; and `key`, where no other is
// configured. One process at a time uses it. A record is written when record() returns, so it
// outlives this process; syncing() makes it outlive the machine. What a crash left of a half line
// is taken off, and the next record says so.
//
// Not thread-safe, but for what syncing() gives.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "audit/chain.h"
#include "config/config.h"
#include "fetcher/sandbox/descriptor.h"
#include "policy/result.h"

namespace seekd::audit {

class Log {
 public:
  // Makes the folder and the key where they are not there. REQUIRES: config.audit.enabled().
  // Errors: busy (another process has it), corrupt (the files are not as they were left; the
  // message names the remedy), invalid_argument (the key's file), io.
  static Result<std::unique_ptr<Log>> open(const config::Config& config);

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // REQUIRES: json is one line. Errors: io; then nothing is recorded.
  Status record(std::string_view json);

  // What makes everything recorded so far outlive the machine. To be called on any thread while the
  // log is there; blocking. Errors: io.
  std::function<Status()> syncing() const;

  const Head& head() const { return chain_.head(); }
  // Bytes of a line that a crash had left unfinished, taken off when this was opened.
  std::size_t torn_bytes() const { return torn_bytes_; }
  // Of all its files.
  std::uint64_t disk_bytes() const { return earlier_bytes_ + file_bytes_; }
  // A code of the text under the log's key.
  std::string digest(std::string_view text) const;

 private:
  Log(std::filesystem::path folder, const Key& key, std::uint64_t file_bytes_max);

  Status recover();
  Status follow_last_file(const std::filesystem::path& file, const Head& head);
  Status begin_file();
  Status write_head();

  const std::filesystem::path folder_;
  const Key key_;
  const std::uint64_t file_bytes_max_;
  Chain chain_;
  fetcher::Descriptor lock_;
  fetcher::Descriptor head_file_;
  std::shared_ptr<fetcher::Descriptor> file_;  // shared with what syncing() gave
  std::uint64_t file_bytes_ = 0;
  std::uint64_t earlier_bytes_ = 0;  // of the files before it
  std::size_t torn_bytes_ = 0;
};

}  // namespace seekd::audit
