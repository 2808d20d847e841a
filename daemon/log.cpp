#include "daemon/log.h"

#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal_sink.h"

namespace seekd::daemon {
namespace {

template <class Number>
bool read_number(std::string_view& text, Number expected) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc() && number == expected;
}

}  // namespace

LogReader log_reader() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat opened{};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &opened) != 0) return LogReader::terminal;
  std::string_view text(stream);
  if (!read_number(text, opened.st_dev) || !text.starts_with(':')) return LogReader::terminal;
  text.remove_prefix(1);
  return read_number(text, opened.st_ino) ? LogReader::journal : LogReader::terminal;
}

void start_log(LogReader reader) {
  spdlog::sink_ptr sink;
  if (reader == LogReader::journal) {
    sink = std::make_shared<JournalSink>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l seekd: %v");
  }
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("seekd", std::move(sink)));
}

}  // namespace seekd::daemon
