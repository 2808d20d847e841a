// TermReader: what a text is indexed and searched by.
//
// Unicode word segmentation (UAX #29) over NFKC-case-folded text (UAX #15), both ICU's. Numbers,
// versions and names with digits stay whole and are found by their parts too ("CVE-2026-1234" is
// also "cve", "2026", "1234"; "12.5" is one term). Words are stemmed as in their page's language
// (Snowball; M. F. Porter). Han, Kana and Hangul become overlapping pairs of characters. No stop
// words: BM25 gives frequent terms little weight by itself.
//
// The index holds what this class made of a text: format_version changes when it does.
// One thread at a time; each thread that needs one creates its own.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/index/language.h"
#include "policy/result.h"

namespace seekd::cache {

inline constexpr std::size_t term_bytes_max = 64;  // longer ones are cut

class TermReader {
 public:
  // Errors: internal (ICU's data or Snowball's stemmers are not installed).
  static Result<TermReader> create();

  // In the order of the text, as often as they occur; in every language as many. Bytes that are no
  // UTF-8 separate words.
  std::vector<std::string> read(std::string_view text, Language language);

  // The words as they are written, folded and not stemmed, each Han, Kana or Hangul character one;
  // a line break before each and behind the last.
  std::string sequence(std::string_view text);

  TermReader(TermReader&&) noexcept;
  TermReader& operator=(TermReader&&) noexcept;
  ~TermReader();

 private:
  struct Libraries;
  explicit TermReader(std::unique_ptr<Libraries> libraries);

  std::unique_ptr<Libraries> libraries_;
};

}  // namespace seekd::cache
