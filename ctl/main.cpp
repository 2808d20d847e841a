// seekctl: seekd from a terminal or a script. It holds nothing: it talks to seekd's socket, and
// runs the pure parts by itself.

#include <iostream>

#include "ctl/command_line.h"
#include "ctl/commands.h"
#include "ctl/exit_status.h"

namespace {

using seekd::ctl::ExitStatus;

void add_commands(CLI::App& app, ExitStatus& status) {
  using namespace seekd::ctl;
  add_ask(app, status);
  add_search(app, status);
  add_fetch(app, status);
  add_show(app, status);
  add_import(app, status);
  add_watch(app, status);
  add_status(app, status);
  add_cache(app, status);
  add_forget(app, status);
  add_hold(app, status);
  add_selftest(app, status);
  add_mcp(app, status);
  add_audit(app, status);
  add_model(app, status);
  add_decide(app, status);
  add_egress(app, status);
  add_extract(app, status);
  add_diff(app, status);
  add_eval(app, status);
  add_robots(app, status);
  add_tokenize(app, status);
  add_token(app, status);
  add_config(app, status);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app("seekctl asks seekd, and shows how it decides.", "seekctl");
  app.set_version_flag("--version", SEEKD_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 refused or failed, 2 wrong usage.");
  ExitStatus status = ExitStatus::done;
  add_commands(app, status);
  return seekd::ctl::run_command_line(app, argc, argv, status);
}
