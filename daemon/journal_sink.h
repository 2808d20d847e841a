// JournalSink: log lines as entries of systemd's journal (sd_journal_sendv(3)), so that the entries
// of one trace, one caller or one outcome can be asked for: `journalctl -u seekd TRACE_ID=…`.
//
// A message's last words of the form `name=value` are fields of its entry, too. Where the journal
// does not take an entry, it goes to standard error with its priority before it. Any thread.

#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <spdlog/sinks/base_sink.h>

namespace seekd::daemon {

// "CALLER=alice" for each "caller=alice" at the end of a message, in its order; "-" stands for
// nothing and makes no field.
std::vector<std::string> journal_fields(std::string_view message);

class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}
};

}  // namespace seekd::daemon
