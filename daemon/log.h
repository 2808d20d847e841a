// The log of seekd: one line an event on standard error, which journald reads with its priority.
//
// Called once, before the first line. Questions, answers and keys are never logged.

#pragma once

#include <cstdint>

namespace seekd::daemon {

enum class LogReader : std::uint8_t {
  terminal,  // time and level stand in the line
  journal,   // "<6>message" (sd-daemon(3)): journald adds the time
};

void start_log(LogReader reader);

}  // namespace seekd::daemon
