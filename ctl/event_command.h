// A command that is run for an event: the event's JSON on its standard input, its number and its
// watch in the environment (SEEKD_EVENT, SEEKD_WATCH). Nothing of what the event says becomes a
// part of the command.
//
// Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>

#include "policy/result.h"

namespace seekd::ctl {

struct EventCommand {
  std::string command;  // for /bin/sh -c
  std::string json;     // its standard input
  std::int64_t event = 0;
  std::int64_t watch = 0;
};

// Waits for its end. Errors: io (it cannot be started), unavailable (it ended with another status
// than 0, or by a signal).
Status run_command(const EventCommand& command);

}  // namespace seekd::ctl
