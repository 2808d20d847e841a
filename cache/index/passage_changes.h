// PassageChanges: what a batch changes in `passages`, `vectors` and `terms`.
//
// A passage whose title, heading path and text are as before keeps its number and its postings,
// wherever it now stands in the page, and is not embedded again. One thread at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/database.h"
#include "cache/index/lexical_index.h"
#include "cache/index/passage_splitter.h"
#include "cache/index/terms.h"
#include "cache/page_record.h"
#include "cache/record.h"
#include "policy/result.h"

namespace seekd::cache {

inline constexpr std::size_t title_bytes_indexed_max = 300;  // it is indexed with every passage

// The host of a canonical URL, without port; of a page of another collection than the web
// policy::collection_prefix(), which no host is.
std::string_view host_of(std::string_view address);

// As much of the page's title as is indexed and embedded.
std::string_view indexed_title(const PageRecord& page);

class PassageChanges {
 public:
  // `counters` are kept true. REQUIRES: all of them outlive this.
  PassageChanges(const ReadView& view, TermReader& terms, CountersRecord& counters,
                 WriteSet& changes)
      : view_(view), terms_(terms), counters_(counters), changes_(changes) {}

  // The passages of the page as it is now; those of `before` that it has no more are removed.
  // Errors: corrupt, io.
  Result<std::vector<PassageRef>> exchange(const std::vector<PassageRef>& before,
                                           const PageRecord& page,
                                           const std::vector<Block>& blocks);

  // Errors: corrupt, io.
  Status remove(std::uint64_t passage);

  // Call once, last.
  void write_postings() { postings_.write_to(changes_); }

  // For the index in memory, when the batch is written.
  struct Added {
    std::uint64_t passage = 0;
    std::uint32_t length = 0;  // terms
    VectorRecord vector;       // it waits to be embedded
  };
  const std::vector<Added>& added() const { return added_; }
  const std::vector<std::uint64_t>& removed() const { return removed_; }

 private:
  Language language_of(const PageRecord& page, std::string_view snapshot);
  std::uint64_t add(const PageRecord& page, Language language, std::string_view heading_path,
                    std::string_view text);

  const ReadView& view_;
  TermReader& terms_;
  CountersRecord& counters_;
  WriteSet& changes_;
  PostingChanges postings_;
  std::vector<Added> added_;
  std::vector<std::uint64_t> removed_;
};

}  // namespace seekd::cache
