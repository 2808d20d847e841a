#include "daemon/log.h"

#include <memory>
#include <utility>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace seekd::daemon {
namespace {

// syslog(3)'s priorities.
class Priority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    line.push_back(digit(message.level));
  }

  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<Priority>();
  }

 private:
  static char digit(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::trace:
      case spdlog::level::debug:
        return '7';
      case spdlog::level::info:
        return '6';
      case spdlog::level::warn:
        return '4';
      case spdlog::level::err:
        return '3';
      default:
        return '2';
    }
  }
};

}  // namespace

void start_log(LogReader reader) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (reader == LogReader::journal) {
    formatter->add_flag<Priority>('*').set_pattern("<%*>%v");
  } else {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l seekd: %v");
  }
  auto logger = spdlog::stderr_logger_mt("seekd");
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace seekd::daemon
