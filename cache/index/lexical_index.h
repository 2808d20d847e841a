// The lexical index: postings of passages, and BM25 over them.
//
// S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with
// the idf that Lucene uses, which is never negative. The best are found without scoring the rest:
// MaxScore (H. Turtle, J. Flood, "Query Evaluation: Strategies and Optimizations", 1995), with the
// bounds of each chunk of passages (S. Ding, T. Suel, "Faster Top-k Document Retrieval Using
// Block-Max Indexes", 2011). What a batch changes is collected in
// PostingChanges and written into the page's own batch. One thread at a time each; rank_passages()
// from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cache/database.h"
#include "cache/index/posting_list.h"
#include "cache/record.h"
#include "policy/result.h"

namespace seekd::cache {

// Each term once, sorted, with how often it occurs.
std::vector<TermCount> count_terms(std::vector<std::string> terms);

class PostingChanges {
 public:
  void add(std::uint64_t passage, const PassageRecord& record);
  void remove(std::uint64_t passage, const PassageRecord& record);

  // New postings are merged without reading the list; a list that loses some is rewritten, and
  // erased when nothing is left of it. Errors: corrupt, io.
  Status write_to(WriteSet& changes, const ReadView& view) const;

 private:
  struct Edit {
    std::vector<Posting> added;
    std::vector<std::uint32_t> removed;
  };
  std::map<std::string, Edit> edits_;  // by key
};

struct RankedPassage {
  std::uint64_t passage = 0;
  double score = 0.0;
};

// May a passage be found?
using AllowPassage = std::function<bool(std::uint64_t)>;

// The `count` best of the passages that hold one of the terms and are allowed, in no order; all
// where there are no more. Of equal ones the older. `allow`: asked of few, empty allows all.
// Errors: corrupt, io.
Result<std::vector<RankedPassage>> rank_passages(const ReadView& view,
                                                 const std::vector<TermCount>& query,
                                                 const CountersRecord& counters, std::size_t count,
                                                 const AllowPassage& allow);

}  // namespace seekd::cache
