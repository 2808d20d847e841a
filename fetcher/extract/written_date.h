// Days as pages write them for their readers: "July 27, 2025", "Updated 27 Jul 2025",
// "2025年7月27日", "2025. 7. 27.", "27.07.2025".
//
// Pure; any thread; linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace seekd::fetcher {

// "YYYY-MM-DD", the first day that the text names; "" where it names none, or one of which it
// cannot be told what is the day and what the month ("3/4/2025").
std::string written_day(std::string_view text);

// The day in a path like "/2025/07/27/title", "" for none.
std::string day_of_path(std::string_view path);

}  // namespace seekd::fetcher
