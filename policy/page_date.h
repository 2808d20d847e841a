// Dates that pages give of themselves.
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace seekd::policy {

// The calendar day that an ISO 8601 date or time begins with, in the page's own zone: a page's date
// is for people, and they mean that day. nullopt: it begins with none.
std::optional<std::chrono::sys_days> day_of(std::string_view date);

// When a page last said something new, as far as it says: modified, else published.
std::optional<std::chrono::sys_days> day_of_page(std::string_view published,
                                                 std::string_view modified);

}  // namespace seekd::policy
