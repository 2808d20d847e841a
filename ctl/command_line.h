// How seekctl and the programs that it becomes read their command line, and end.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/exit_status.h"

namespace seekd::ctl {

// Runs the command that was asked for; `status` is what the commands of `app` write to. Gives what
// main() returns: usage where the line is wrong, refused where standard output cannot be written.
int run_command_line(CLI::App& app, int argc, char** argv, ExitStatus& status);

}  // namespace seekd::ctl
