#include "daemon/journal_sink.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include "policy/ascii.h"

namespace seekd::daemon {
namespace {

// syslog(3)'s priorities.
int priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return 7;
    case spdlog::level::info:
      return 6;
    case spdlog::level::warn:
      return 4;
    case spdlog::level::err:
      return 3;
    default:
      return 2;
  }
}

// Of a journal's field: begins with a letter, so that nothing of systemd's own ("_PID") is one.
bool is_name(std::string_view name) {
  return !name.empty() && policy::is_lower(name.front()) && std::ranges::all_of(name, [](char c) {
    return policy::is_lower(c) || policy::is_digit(c) || c == '_';
  });
}

}  // namespace

std::vector<std::string> journal_fields(std::string_view message) {
  std::vector<std::string> fields;
  while (!message.empty()) {
    const std::size_t space = message.rfind(' ');
    const std::size_t begin = space == message.npos ? 0 : space + 1;
    const std::string_view word = message.substr(begin);
    const std::size_t equals = word.find('=');
    if (equals == word.npos || !is_name(word.substr(0, equals))) break;
    std::string field(word);
    std::ranges::transform(
        field.begin(), field.begin() + static_cast<std::ptrdiff_t>(equals), field.begin(),
        [](char c) { return static_cast<char>(policy::is_lower(c) ? c - 'a' + 'A' : c); });
    if (word.substr(equals + 1) != "-") fields.push_back(std::move(field));
    message = message.substr(0, space == message.npos ? 0 : space);
  }
  std::ranges::reverse(fields);
  return fields;
}

void JournalSink::sink_it_(const spdlog::details::log_msg& message) {
  const std::string_view text(message.payload.data(), message.payload.size());
  const int priority = priority_of(message.level);
  std::vector<std::string> fields = journal_fields(text);
  fields.push_back(fmt::format("MESSAGE={}", text));
  fields.push_back(fmt::format("PRIORITY={}", priority));
  fields.emplace_back("SYSLOG_IDENTIFIER=seekd");
  std::vector<iovec> parts;
  parts.reserve(fields.size());
  for (std::string& field : fields) parts.push_back({field.data(), field.size()});
  if (sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0) return;
  fmt::print(stderr, "<{}>{}\n", priority, text);
}

}  // namespace seekd::daemon
