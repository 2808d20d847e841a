// The part of `seekctl watch` that waits for answers to standing questions.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/exit_status.h"

namespace seekd::ctl {

void add_watch_follow(CLI::App& watch, ExitStatus& status);

}  // namespace seekd::ctl
