#include "ctl/event_command.h"

#include <cerrno>
#include <cstring>
#include <vector>

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetcher/sandbox/descriptor.h"

namespace seekd::ctl {
namespace {

std::unexpected<Error> failed(const std::string& what, int error) {
  return fail(ErrorCode::io, what + ": " + std::strerror(error));
}

// In memory: a command that does not read its input blocks nobody.
Result<fetcher::Descriptor> input_of(const std::string& text) {
  fetcher::Descriptor file(memfd_create("seekd-event", MFD_CLOEXEC));
  if (!file) return failed("memfd_create", errno);
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = write(file.get(), text.data() + at, text.size() - at);
    if (written <= 0) return failed("the event cannot be handed over", errno);
    at += static_cast<std::size_t>(written);
  }
  if (lseek(file.get(), 0, SEEK_SET) != 0) return failed("lseek", errno);
  return file;
}

Status ended_well(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string how = WIFEXITED(status) ? "with status " + std::to_string(WEXITSTATUS(status))
                                            : "by signal " + std::to_string(WTERMSIG(status));
  return fail(ErrorCode::unavailable, "the command ended " + how);
}

}  // namespace

Status run_command(const EventCommand& command) {
  const Result<fetcher::Descriptor> input = input_of(command.json);
  if (!input) return std::unexpected(input.error());
  std::string event = "SEEKD_EVENT=" + std::to_string(command.event);
  std::string watch = "SEEKD_WATCH=" + std::to_string(command.watch);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  environment.insert(environment.end(), {event.data(), watch.data(), nullptr});
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string text = command.command;
  char* const words[] = {shell.data(), option.data(), text.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input->get(), STDIN_FILENO);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, shell.c_str(), &actions, nullptr, words, environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return failed("/bin/sh cannot be started", error);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return failed("the command cannot be waited for", errno);
  }
  return ended_well(status);
}

}  // namespace seekd::ctl
