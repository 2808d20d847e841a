// What the long operations on a cache report. Plain values, any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace seekd::cache {

inline constexpr std::size_t findings_listed_max = 100;

struct VerifyReport {
  std::uint64_t pages = 0;
  std::uint64_t versions = 0;
  std::uint64_t blocks = 0;
  std::uint64_t block_references =
      0;  // added up from the pages, and equal to what the blocks count
  std::uint64_t passages = 0;
  std::uint64_t postings = 0;
  double url_filter_errors = 0;    // share of unknown keys that the Bloom filters call known
  double block_filter_errors = 0;  // likewise
  std::uint64_t findings_total = 0;
  std::vector<std::string> findings;  // the first findings_listed_max

  bool sound() const { return findings_total == 0; }
};

// What left the cache, and the proof: what a look through all families and files found afterwards.
struct ForgetReport {
  std::uint64_t pages = 0;
  std::uint64_t versions = 0;       // past ones
  std::uint64_t blocks = 0;         // that no other page has
  std::uint64_t blocks_shared = 0;  // that other pages have too, and that stay as theirs
  std::uint64_t passages = 0;
  std::uint64_t records_searched = 0;  // of all families, after the deletion
  std::uint64_t traces = 0;  // of those that still name what was forgotten: 0 is the proof
};

}  // namespace seekd::cache
