// The log of seekd: one line an event, on standard error or as an entry of systemd's journal.
// Questions, answers and keys are never logged.

#pragma once

#include <cstdint>

namespace seekd::daemon {

enum class LogReader : std::uint8_t {
  terminal,  // time and level stand in the line
  journal,   // journald, with fields (journal_sink.h); it adds the time
};

// Who reads standard error, by the journal's own word for it (JOURNAL_STREAM of systemd.exec(5)):
// of a process whose standard error was led elsewhere it is not the journal.
LogReader log_reader();

// REQUIRES: called once, before the first line.
void start_log(LogReader reader);

}  // namespace seekd::daemon
