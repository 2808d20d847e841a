// Dates as people write them in English, Chinese and Japanese, so that one day is one value however
// it is spelled: "1 March 2026", "March 1st, 2026", "2026-03-01", "2026年3月1日",
// "二〇二六年三月一日".
//
// Pure; any thread. "3/1/2026" is left alone: it is another day on either side of an ocean.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/text_units.h"

namespace seekd::daemon {

struct WrittenDate {
  ByteRange range;  // of the text
  int year = 0;     // 0: not said, of each
  int month = 0;
  int day = 0;
};

// In their order; none overlaps another. A year alone is a number, and none.
std::vector<WrittenDate> read_dates(std::string_view text);

// Whether whoever says `page` has said `claim`: the same, or less exactly.
bool covers(const WrittenDate& page, const WrittenDate& claim);

// "2026-03-01", "2026-03", "03-01": without what is not said.
std::string to_text(const WrittenDate& date);

// The text with blanks in the place of its dates: as many bytes.
std::string without_dates(std::string_view text, std::span<const WrittenDate> dates);

}  // namespace seekd::daemon
