#include "daemon/api/date_fields.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "daemon/time_text.h"
#include "policy/page_date.h"

namespace seekd::daemon {
namespace {

using Day = std::optional<std::chrono::sys_days>;

constexpr std::array<std::pair<std::string_view, std::chrono::hours>, 5> recencies{
    {{"hour", std::chrono::hours(1)},
     {"day", std::chrono::days(1)},
     {"week", std::chrono::days(7)},
     {"month", std::chrono::days(31)},
     {"year", std::chrono::days(366)}}};

// "3/1/2026"
Day read_american(std::string_view text) {
  std::array<unsigned, 3> parts{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (part > 0) {
      if (at == end || *at != '/') return std::nullopt;
      ++at;
    }
    const auto read = std::from_chars(at, end, parts[part]);
    if (read.ec != std::errc()) return std::nullopt;
    at = read.ptr;
  }
  constexpr unsigned year_min = 1000;  // two digits would be of another century
  constexpr unsigned year_max = 9999;
  if (at != end || parts[2] < year_min || parts[2] > year_max) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(parts[2])),
                                         std::chrono::month(parts[0]), std::chrono::day(parts[1])};
  return date.ok() ? Day(std::chrono::sys_days(date)) : std::nullopt;
}

Day read_day(Fields& fields, std::string_view name) {
  const auto text = fields.text(name);
  if (!text) return std::nullopt;
  constexpr std::size_t iso_bytes = 10;
  const Day day = text->size() == iso_bytes && text->contains('-') ? policy::day_of(*text)
                                                                   : read_american(*text);
  if (!day) {
    fields.reject(name, "invalid_value", "must be a date, \"2026-03-01\" or \"3/1/2026\"");
  }
  return day;
}

DateFilter::Range read_range(Fields& fields, std::string_view first, std::string_view last) {
  const DateFilter::Range range{read_day(fields, first), read_day(fields, last)};
  if (range.first && range.last && *range.first > *range.last) {
    fields.reject(first, "invalid_value", "is later than " + std::string(last));
  }
  return range;
}

}  // namespace

DateFilter read_date_filter(Fields& fields) {
  DateFilter filter;
  filter.published = read_range(fields, "search_after_date_filter", "search_before_date_filter");
  filter.updated = read_range(fields, "last_updated_after_filter", "last_updated_before_filter");
  const auto name = fields.text("search_recency_filter");
  if (!name) return filter;
  for (const auto& [recency, time] : recencies) {
    if (recency == *name) filter.recency = time;
  }
  if (!filter.recency) {
    fields.reject("search_recency_filter", "invalid_value",
                  "must be hour, day, week, month or year");
  }
  return filter;
}

std::optional<TimePoint> read_as_of(Fields& fields) {
  const auto text = fields.text("as_of");
  if (!text) return std::nullopt;
  if (const auto time = parse_time(*text)) return time;
  const Day day = text->contains('T') ? std::nullopt : policy::day_of(*text);
  if (day) return *day + std::chrono::days(1) - std::chrono::seconds(1);
  fields.reject("as_of", "invalid_value",
                "must be a date or a time in UTC, \"2026-03-01\" or \"2026-03-01T12:00:00Z\"");
  return std::nullopt;
}

}  // namespace seekd::daemon
