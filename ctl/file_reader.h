// FileReader: a local file's text, read by a process that can do nothing else.
//
// The bytes of a file may be anybody's. A child forked for each file has them in its memory and a
// pipe to answer into; before it looks at the first of them it gives up all files, sockets and
// programs (fetcher/sandbox.h: what a worker of the door gives up, too), and its processor time and
// memory are limited. What it answers is bounded, and taken for text and nothing more. A file that
// crashes its reader, or never lets it end, fails alone.
//
// One thread, and the process must have no other. Children of unread answers end with this.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include <sys/types.h>

#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::ctl {

struct FileText {
  PageMetadata metadata;
  std::vector<Block> blocks;
};

class FileReader {
 public:
  // Loads what the readers could not open themselves. Errors: internal.
  static Result<FileReader> create(std::vector<config::SandboxMechanism> accepted);
  ~FileReader();
  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) = delete;

  // A child begins to read. `name` helps to tell its format. Errors: io.
  Status start(std::string_view bytes, const std::string& name);

  // How many have begun and not been waited for.
  std::size_t running() const { return children_.size(); }

  // What the child that began first has read; waits for it. REQUIRES: running() > 0. Errors:
  // unsupported (of no format that is read, a scan), invalid_argument (broken), too_large (text,
  // memory), timeout (processor time), internal (it crashed).
  Result<FileText> finish();

 private:
  struct Child {
    pid_t pid = -1;
    int answer = -1;  // the end of its pipe that is read
    std::chrono::steady_clock::time_point deadline;
  };

  FileReader(std::vector<config::SandboxMechanism> accepted, std::shared_ptr<const void> warm)
      : accepted_(std::move(accepted)), warm_(std::move(warm)) {}

  [[noreturn]] void run_child(int answer, std::string_view bytes, const std::string& name) const;

  std::vector<config::SandboxMechanism> accepted_;
  std::shared_ptr<const void> warm_;  // what PDFs need of files
  std::deque<Child> children_;
};

}  // namespace seekd::ctl
