// The words of a question that a search engine is asked with: in their order and as they are
// written, without those of grammar, of politeness and of asking.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::daemon {

struct QueryWord {
  enum class Kind : std::uint8_t {
    name,  // begins with a capital or holds a digit, and is not the sentence's first word
    plain,
    han,  // a run of Chinese, or another script without spaces
  };
  std::string text;
  Kind kind = Kind::plain;

  bool operator==(const QueryWord&) const = default;
};

struct QueryWords {
  std::vector<QueryWord> words;
  bool refers_back = false;  // "it", "their", 它: what was spoken of before is meant
  bool goes_on = false;  // "what about …", "…呢": the question before is meant, of something else
};

QueryWords query_words(std::string_view question);

// Whether a text is written in Han, kana or another script without spaces, anywhere.
bool holds_han(std::string_view text);

}  // namespace seekd::daemon
