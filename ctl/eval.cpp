// seekctl eval: quality on a judged collection. seekctl-eval, the program beside this one, does it.

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

// Returns only when the program cannot be started.
Error become_eval(const std::vector<std::string>& arguments) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path program = self.parent_path() / "seekctl-eval";
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return {ErrorCode::unavailable, "'" + program.string() + "' cannot be started (" +
                                      std::strerror(errno) + "): install it beside seekctl"};
}

}  // namespace

void add_eval(CLI::App& app, ExitStatus& status) {
  CLI::App* command =
      app.add_subcommand("eval", "quality on a judged collection; see seekctl eval --help");
  // Its options and its help are the other program's.
  command->set_help_flag();
  command->prefix_command();
  command->callback([command, &status] { status = refuse(become_eval(command->remaining())); });
}

}  // namespace seekd::ctl
