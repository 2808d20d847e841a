#include "ctl/child_process.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seekd::ctl {
namespace {

constexpr std::chrono::seconds grace{30};
constexpr std::chrono::milliseconds pause{20};
constexpr std::size_t log_bytes_told = 2000;
constexpr int not_started = 127;  // as a shell has it

std::vector<std::string> environment(const std::vector<std::string>& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("SEEKD_")) all.emplace_back(*entry);
  }
  all.insert(all.end(), variables.begin(), variables.end());
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// Between fork and exec: nothing that takes a lock or memory.
[[noreturn]] void become(char* const* words, char* const* variables, const char* log,
                         int descriptor) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int file = ::open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
  }
  if (descriptor >= 0) ::fcntl(descriptor, F_SETFD, 0);
  ::execvpe(words[0], words, variables);
  ::_exit(not_started);
}

std::string end_of(const std::filesystem::path& log) {
  std::ifstream file(log, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return text.substr(text.size() - std::min(text.size(), log_bytes_told));
}

}  // namespace

ChildProcess::ChildProcess(pid_t pid, std::string name, std::filesystem::path log)
    : pid_(pid), name_(std::move(name)), log_(std::move(log)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      name_(std::move(other.name_)),
      log_(std::move(other.log_)) {}

Result<ChildProcess> ChildProcess::start(const Command& command, std::filesystem::path log) {
  std::vector<std::string> words = command.words;
  std::vector<std::string> variables = environment(command.variables);
  const std::vector<char*> word_pointers = pointers(words);
  const std::vector<char*> variable_pointers = pointers(variables);
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(word_pointers.data(), variable_pointers.data(), log.c_str(), command.descriptor);
  }
  if (pid < 0) {
    return fail(ErrorCode::io, "cannot start '" + words[0] + "': " + std::strerror(errno));
  }
  return ChildProcess(pid, command.words[0], std::move(log));
}

ChildProcess::~ChildProcess() {
  if (has_ended()) return;
  ::kill(pid_, SIGTERM);
  const auto end = std::chrono::steady_clock::now() + grace;
  while (!has_ended() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(pause);
  if (has_ended()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool ChildProcess::has_ended() {
  if (pid_ >= 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

Status ChildProcess::wait() {
  while (!has_ended()) std::this_thread::sleep_for(pause);
  if (status_ == 0) return {};
  return std::unexpected(failure());
}

Error ChildProcess::failure() const {
  if (WIFEXITED(status_) && WEXITSTATUS(status_) == not_started) {
    return {ErrorCode::unavailable, "'" + name_ + "' cannot be started: is it installed?"};
  }
  const std::string how = WIFSIGNALED(status_) ? "signal " + std::to_string(WTERMSIG(status_))
                                               : "status " + std::to_string(WEXITSTATUS(status_));
  return {ErrorCode::unavailable, "'" + name_ + "' ended with " + how + ": " + end_of(log_)};
}

}  // namespace seekd::ctl
