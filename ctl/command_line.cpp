#include "ctl/command_line.h"

#include <iostream>

#include "ctl/terminal.h"

namespace seekd::ctl {

int run_command_line(CLI::App& app, int argc, char** argv, ExitStatus& status) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = app.exit(error, std::cout, std::cerr) == 0;
    status = asked ? ExitStatus::done : ExitStatus::usage;
  }
  if (!std::cout.flush()) {
    say("standard output cannot be written to");
    status = ExitStatus::refused;
  }
  return static_cast<int>(status);
}

}  // namespace seekd::ctl
