// The dates of feeds and sitemaps, which are written in many ways, in one.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace seekd::fetcher {

// "2026-03-01T12:00:00Z", or "2026-03-01" where no time is given; "" for what is no date. Read are
// RFC 3339 and the other forms of W3C's date and time note (a year or a month alone is its first
// day), and RFC 822's with two-digit years and named zones. A time without a zone is UTC.
std::string entry_date(std::string_view text);

}  // namespace seekd::fetcher
