// What a person's query asks for: words, phrases in quotation marks, and what may not be there.
//
// Pure function, any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seekd::cache {

struct WrittenQuery {
  std::string words;                  // to rank by: all but what is excluded, without its marks
  std::vector<std::string> phrases;   // each has to be in a passage
  std::vector<std::string> excluded;  // words and phrases, none of which may be in it

  bool operator==(const WrittenQuery&) const = default;
};

// "…", “…”, „…“, «…», 「…」 and 『…』 are phrases, -word and -"…" exclude. A mark that is not
// closed or stands inside a word is a character like any other, as is a dash before a digit ("-5
// °C").
WrittenQuery read_query(std::string_view text);

}  // namespace seekd::cache
