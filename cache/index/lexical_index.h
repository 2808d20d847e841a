// The lexical index: postings of passages, and BM25 over them.
//
// S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with
// the idf that Lucene uses, which is never negative. What a batch changes is collected in
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
#include "cache/index/passage_lengths.h"
#include "cache/index/posting_merge.h"
#include "cache/record.h"
#include "policy/result.h"

namespace seekd::cache {

// Each term once, sorted, with how often it occurs.
std::vector<TermCount> count_terms(std::vector<std::string> terms);

// Calls visit(term, count) for each posting that the index has of a passage.
void for_each_posting(const PassageRecord& record,
                      const std::function<void(std::string_view, std::uint16_t)>& visit);

class PostingChanges {
 public:
  void add(std::uint64_t passage, const PassageRecord& record);
  void remove(std::uint64_t passage, const PassageRecord& record);

  // No list is read: what changes in it is merged.
  void write_to(WriteSet& changes) const;

 private:
  std::map<std::string, PostingEdit> edits_;  // by key
};

// What a query asks for.
enum class Demand : std::uint8_t {
  wanted,    // a passage that has it scores more
  required,  // a passage that does not have it is not found
};

struct QueryTerm {
  // The term as each language of the index stems it, sorted; a passage has it when it has one.
  std::vector<std::string> forms;
  std::uint32_t count = 1;  // how often the query has it
  Demand demand = Demand::wanted;
};

struct RankedPassage {
  std::uint64_t passage = 0;
  double score = 0.0;
};

// May a passage be found?
using AllowPassage = std::function<bool(std::uint64_t)>;

// What a ranking reads. REQUIRES: all of it outlives the ranking.
struct RankingSource {
  const ReadView& view;
  const PassageLengths& lengths;
  const CountersRecord& counters;
};

// The `count` best of the passages that hold one of the terms, and all that are required, and are
// allowed, in no order; all where there are no more. Of equal ones the older. `allow`: asked of
// few, empty allows all. Errors: corrupt, io.
Result<std::vector<RankedPassage>> rank_passages(const RankingSource& source,
                                                 const std::vector<QueryTerm>& query,
                                                 std::size_t count, const AllowPassage& allow);

}  // namespace seekd::cache
