// seekctl eval: quality on a judged collection. seekctl-eval, the program beside this one, does it.

#include "ctl/commands.h"
#include "ctl/neighbour.h"
#include "ctl/terminal.h"

namespace seekd::ctl {

void add_eval(CLI::App& app, ExitStatus& status) {
  CLI::App* command =
      app.add_subcommand("eval", "quality on a judged collection; see seekctl eval --help");
  // Its options and its help are the other program's.
  command->set_help_flag();
  command->prefix_command();
  command->callback(
      [command, &status] { status = refuse(become("seekctl-eval", command->remaining())); });
}

}  // namespace seekd::ctl
