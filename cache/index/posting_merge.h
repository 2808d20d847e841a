// PostingEdit: what a batch changes in one posting list, and how it is merged into the list.
//
// A store neither reads nor rewrites a list: it merges edits, which RocksDB applies when the list
// is read or compacted. Of a passage's posting the removal always comes after the addition, since
// its number is not used again. Plain values and pure functions, any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/index/posting_list.h"

namespace rocksdb {
class CompactionFilterFactory;
class MergeOperator;
}  // namespace rocksdb

namespace seekd::cache {

// First the removals, then the additions.
struct PostingEdit {
  std::vector<std::uint16_t> removed;  // passages, in any order
  std::vector<NewPosting> added;       // by passage

  // This edit and then `later`, as one.
  void append(const PostingEdit& later);
  bool operator==(const PostingEdit&) const = default;
};

std::string encode(const PostingEdit& edit);
[[nodiscard]] bool decode(std::string_view bytes, PostingEdit& edit);

// The list after the edit. False when the list's bytes are damaged, or an addition is not behind
// the postings that are there.
[[nodiscard]] bool apply(const PostingEdit& edit, std::string_view list, std::string& result);

// Applies edits to lists. Any thread.
std::shared_ptr<rocksdb::MergeOperator> posting_merge_operator();

// Lists that nothing is left of go with the compaction after the one that emptied them.
std::shared_ptr<rocksdb::CompactionFilterFactory> empty_posting_list_filters();

}  // namespace seekd::cache
