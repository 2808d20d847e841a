// Text as a reader sees it, for detectors that spelling shall not deceive: compatibility forms
// (full-width digits, ligatures, mathematical letters) by their plain characters, dashes and spaces
// of every kind as '-' and ' ', what is invisible left out (Unicode UAX #15, NFKC, character by
// character).
//
// Pure; any thread. Linear in the text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

struct TextRange {
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;

  bool operator==(const TextRange&) const = default;
};

struct FoldedText {
  std::string text;                   // UTF-8; bytes that are not UTF-8 are left out
  std::vector<std::uint32_t> origin;  // for each byte, and for the end: where it comes from

  // What a range of `text` covers in the original. REQUIRES: within `text`.
  TextRange original(TextRange range) const { return {origin[range.begin], origin[range.end]}; }
};

enum class Letters : std::uint8_t {
  as_written,
  case_folded,
};

// REQUIRES: text is shorter than 4 GiB.
FoldedText fold_text(std::string_view text, Letters letters);

}  // namespace seekd::policy
