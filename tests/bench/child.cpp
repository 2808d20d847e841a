#include "tests/bench/child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include <CLI/Error.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seekd::bench {
namespace {

// `output`: a descriptor that becomes its standard output; −1: ours.
pid_t start(const std::vector<std::string>& command, const std::string& log, int output = -1) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) dup2(file, STDERR_FILENO);
    if (output >= 0) dup2(output, STDOUT_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  if (pid < 0) give_up(fmt::format("cannot start {}: {}", command[0], std::strerror(errno)));
  return pid;
}

double seconds_of(const timeval& time) {
  constexpr double microseconds = 1e-6;
  return static_cast<double>(time.tv_sec) + microseconds * static_cast<double>(time.tv_usec);
}

// proc(5): utime, stime, cutime and cstime are the 14th to 17th field; the name before may hold
// anything.
double cpu_seconds(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double ticks = 0;
  for (int i = 0; i < 4; ++i) {
    double value = 0;
    fields >> value;
    ticks += value;
  }
  double seconds = ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (pid_t child = 0; children >> child;) seconds += cpu_seconds(child);
  return seconds;
}

}  // namespace

void give_up(const std::string& why) {
  std::cerr << "seekd-bench: " << why << '\n';
  throw CLI::RuntimeError(1);
}

double run(const std::vector<std::string>& command) {
  const pid_t pid = start(command, "/dev/null");
  int status = 0;
  rusage usage{};
  if (wait4(pid, &status, 0, &usage) != pid || status != 0) {
    give_up(fmt::format("{} failed (status {}): is it installed?", command[0], status));
  }
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

std::string output_of(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) give_up(fmt::format("pipe: {}", std::strerror(errno)));
  const pid_t pid = start(command, "/dev/null", ends[1]);
  close(ends[1]);
  std::string output;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(ends[0], part.data(), part.size())) > 0;) {
    output.append(part.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) {
    give_up(fmt::format("{} failed (status {})", command[0], status));
  }
  return output;
}

Child::Child(const std::vector<std::string>& command, const std::string& log)
    : pid_(start(command, log)) {}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

void Child::end() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool Child::has_ended() {
  if (pid_ >= 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

// proc(5): the second number of statm, pages.
double Child::resident_mib() const {
  std::ifstream file(fmt::format("/proc/{}/statm", pid_));
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  constexpr double mib = 1 << 20;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / mib;
}

std::size_t Child::open_files() const {
  std::error_code ignored;
  const std::filesystem::directory_iterator files(fmt::format("/proc/{}/fd", pid_), ignored);
  return static_cast<std::size_t>(
      std::distance(std::filesystem::begin(files), std::filesystem::end(files)));
}

double Child::cpu_seconds_of_tree() const {
  return cpu_seconds(pid_);
}

}  // namespace seekd::bench
