// Chain: the lines of the audit log, each of which stands for all before it.
//
// A line is SEQUENCE CODE JSON. CODE is HMAC-SHA256 (RFC 2104), under the log's key, of the code of
// the line before and the rest of this one; before the first line stands a code of zeros. So who
// has not the key can neither change nor add a line, nor take one out, but at the end; for the end
// the log's head is kept apart: the latest sequence and its code, under another code of the key.
//
// Not thread-safe.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::audit {

using Key = std::array<std::uint8_t, 32>;
using Code = std::array<std::uint8_t, 32>;

struct Head {
  std::uint64_t sequence = 0;  // of the latest line; 0: there is none
  Code code{};                 // its own

  bool operator==(const Head&) const = default;
};

// "SEQUENCE CODE", as people compare it.
std::string to_string(const Head& head);
// Errors: invalid_argument.
Result<Head> parse_head(std::string_view text);

// The head as a file keeps it, with its code under the key.
std::string sealed_head(const Head& head, const Key& key);
// Errors: corrupt (it was not written with this key, or not so).
Result<Head> open_sealed_head(std::string_view text, const Key& key);

class Chain {
 public:
  // Goes on behind `head`.
  explicit Chain(const Key& key, const Head& head = {}) : key_(key), head_(head) {}

  // The next line, without its end. REQUIRES: json holds no line break.
  std::string append(std::string_view json);

  // Takes the line as the next one. Gives its JSON. Errors: corrupt, which says what is wrong with
  // it: no line of a log, not the next one, changed, or of another key.
  Result<std::string_view> follow(std::string_view line);

  const Head& head() const { return head_; }

 private:
  Code code_of(std::string_view sequence, std::string_view json) const;

  Key key_;
  Head head_;
};

}  // namespace seekd::audit
