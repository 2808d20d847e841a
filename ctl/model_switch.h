// seekctl model use, rollback and versions: which of the models on this host the running seekd
// answers with.
#pragma once

#include <CLI/CLI.hpp>

#include "ctl/exit_status.h"

namespace seekd::ctl {

// Adds them to `model`; as the functions of commands.h.
void add_model_switch(CLI::App& model, ExitStatus& status);

}  // namespace seekd::ctl
