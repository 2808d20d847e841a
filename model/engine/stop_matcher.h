// StopMatcher: finds the first of some strings in a text that arrives in pieces, and lets through
// what can no longer be a part of one.
//
// Each byte is looked at once per string (Knuth, Morris, Pratt, "Fast Pattern Matching in Strings",
// SIAM J. Comput. 6(2), 1977), so that no stop string makes a stream slow. Text and strings of
// whole UTF-8 characters give pieces of whole characters. One thread at a time; cannot fail.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::model {

class StopMatcher {
 public:
  // REQUIRES: none of `stops` is empty. No stops: everything passes at once.
  explicit StopMatcher(const std::vector<std::string>& stops);

  // The text that has become certain. After a match nothing more comes.
  std::string push(std::string_view text);

  // The stream has ended: what was held back, unless a stop was met.
  std::string flush();

  bool stopped() const { return stopped_; }

 private:
  struct Pattern {
    std::string text;
    std::vector<std::size_t> borders;  // [text.size()], longest proper prefix that is a suffix too
    std::size_t matched = 0;           // bytes of text that end where the stream ends now
  };

  static Pattern compile(const std::string& stop);
  static void advance(Pattern& pattern, char byte);

  std::vector<Pattern> patterns_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace seekd::model
