// ChildProcess: a program that runs beside this one, and ends with it.
//
// One thread: the kernel ends the program with the thread that started it (prctl(2),
// PR_SET_PDEATHSIG). Its output goes to a log.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "policy/result.h"

namespace seekd::ctl {

class ChildProcess {
 public:
  struct Command {
    std::vector<std::string> words;      // the program first: a path, or a name to be found in PATH
    std::vector<std::string> variables;  // "NAME=VALUE" beside ours, of which SEEKD_* are left out
    int descriptor = -1;                 // it gets this one, under the same number; -1: none
  };

  // Errors: io. A program that is not there ends at once, with status 127.
  static Result<ChildProcess> start(const Command& command, std::filesystem::path log);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  // SIGTERM, and where that does not end it SIGKILL.
  ~ChildProcess();

  bool has_ended();
  // Waits for its end. Errors: unavailable (a status other than 0), with the end of its log.
  Status wait();

  // "'nginx' ended with status 1", and the end of its log. REQUIRES: it has ended.
  Error failure() const;

 private:
  ChildProcess(pid_t pid, std::string name, std::filesystem::path log);

  pid_t pid_;  // -1: it has been waited for
  int status_ = 0;
  std::string name_;
  std::filesystem::path log_;
};

}  // namespace seekd::ctl
