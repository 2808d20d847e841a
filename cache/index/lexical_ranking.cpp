// rank_passages(): BM25's best, window by window of passages.
//
// The best are found without scoring the rest: MaxScore (H. Turtle, J. Flood, "Query Evaluation:
// Strategies and Optimizations", 1995) with the bounds of blocks (S. Ding, T. Suel, "Faster Top-k
// Document Retrieval Using Block-Max Indexes", 2011). In a window the terms that can add most are
// read whole, until the others together cannot bring a passage among the best that has none of
// these; the others are only looked up for the passages that still can get there.

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include "cache/index/best_passages.h"
#include "cache/index/bm25.h"
#include "cache/index/lexical_index.h"
#include "cache/index/posting_cursor.h"

namespace seekd::cache {
namespace {

// The first windows are small: after them there are best ones to be measured by.
constexpr std::uint32_t window_first = 1024;
constexpr std::uint32_t window_max = 4096;

// The lists of a query's terms in one chunk, some empty.
struct ChunkLists {
  PassageLengths::NumberedChunk chunk;
  std::vector<std::optional<rocksdb::PinnableSlice>> bytes;  // by term
  std::vector<PostingList> lists;
};

class WindowScores {
 public:
  void begin(std::uint32_t first) { first_ = first; }

  void add(std::uint32_t passage, FixedScore score) {
    const std::uint32_t i = passage - first_;
    scores_[i] += score;
    touched_[i / 64] |= std::uint64_t{1} << i % 64;
  }

  struct Candidate {
    std::uint32_t passage = 0;
    FixedScore score = 0;
  };

  // The greatest score that `count` passages are above; 0 when there are not so many.
  FixedScore surpassed(std::size_t count) const {
    std::vector<FixedScore> scores;
    for (std::size_t word = 0; word < touched_.size(); ++word) {
      for (std::uint64_t bits = touched_[word]; bits != 0; bits &= bits - 1) {
        scores.push_back(scores_[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))]);
      }
    }
    if (count == 0 || scores.size() < count) return 0;
    const auto last = scores.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::ranges::nth_element(scores, last, std::ranges::greater{});
    return *last - 1;
  }

  // Those above `least`, by passage; forgets all.
  void take(FixedScore least, std::vector<Candidate>& candidates) {
    for (std::size_t word = 0; word < touched_.size(); ++word) {
      for (std::uint64_t bits = touched_[word]; bits != 0; bits &= bits - 1) {
        const auto i = static_cast<std::uint32_t>(word * 64) +
                       static_cast<std::uint32_t>(std::countr_zero(bits));
        if (scores_[i] > least) candidates.push_back({first_ + i, scores_[i]});
        scores_[i] = 0;
      }
      touched_[word] = 0;
    }
  }

 private:
  std::uint32_t first_ = 0;
  std::array<FixedScore, window_max> scores_{};
  std::array<std::uint64_t, window_max / 64> touched_{};
};

class Ranking {
 public:
  Ranking(const RankingSource& source, std::size_t count, const AllowPassage& allow)
      : source_(source),
        bm25_(static_cast<double>(source.counters.terms) /
              std::max(static_cast<double>(source.counters.passages), 1.0)),
        allow_(allow),
        best_(count) {}

  Result<std::vector<RankedPassage>> run(const std::vector<TermCount>& query) {
    std::vector<ChunkLists> chunks;
    for (PassageLengths::NumberedChunk& chunk : source_.lengths.chunks()) {
      Result<ChunkLists> lists = load(query, std::move(chunk));
      if (!lists) return std::unexpected(std::move(lists.error()));
      chunks.push_back(std::move(*lists));
    }
    weigh_terms(query, chunks);
    for (const ChunkLists& chunk : chunks) {
      if (Status scored = score_chunk(chunk, query); !scored) {
        return std::unexpected(std::move(scored.error()));
      }
    }
    return best_.take();
  }

 private:
  // A term in the window that is looked at.
  struct Part {
    PostingCursor* cursor = nullptr;
    FixedScore bound = 0;
  };

  Result<ChunkLists> load(const std::vector<TermCount>& query,
                          PassageLengths::NumberedChunk chunk) const {
    std::vector<std::string> keys;
    keys.reserve(query.size());
    for (const TermCount& term : query) keys.push_back(posting_key(term.term, chunk.number));
    auto values = source_.view.get_many(Family::terms, keys);
    if (!values) return std::unexpected(std::move(values.error()));
    ChunkLists loaded{std::move(chunk), std::move(*values), {}};
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto& bytes = loaded.bytes[i];
      const auto list = PostingList::read(bytes ? bytes->ToStringView() : std::string_view());
      if (!list) return std::unexpected(source_.view.damaged(Family::terms, keys[i]));
      loaded.lists.push_back(*list);
    }
    return loaded;
  }

  void weigh_terms(const std::vector<TermCount>& query, const std::vector<ChunkLists>& chunks) {
    const auto passages = static_cast<double>(source_.counters.passages);
    for (std::size_t i = 0; i < query.size(); ++i) {
      std::uint64_t holding = 0;
      for (const ChunkLists& chunk : chunks) holding += chunk.lists[i].postings();
      weights_.push_back(weigh(query[i].count, static_cast<double>(holding), passages));
    }
  }

  Status score_chunk(const ChunkLists& chunk, const std::vector<TermCount>& query) {
    cursors_.clear();
    for (std::size_t i = 0; i < query.size(); ++i) {
      if (chunk.lists[i].postings() == 0) continue;
      cursors_.emplace_back(chunk.lists[i], weights_[i], *chunk.chunk.lengths);
    }
    first_passage_ = chunk.chunk.number * passages_per_chunk;
    for (std::uint32_t begin = 0; begin < passages_per_chunk && !cursors_.empty();) {
      const std::uint32_t end =
          std::min<std::uint32_t>(begin + window_, static_cast<std::uint32_t>(passages_per_chunk));
      score_window(begin, end);
      begin = end;
      window_ = std::min(2 * window_, window_max);
    }
    if (std::ranges::any_of(cursors_, &PostingCursor::damaged)) {
      return std::unexpected(
          source_.view.damaged(Family::terms, "of chunk " + std::to_string(chunk.chunk.number)));
    }
    return {};
  }

  // The terms that the window has, those that can add most first. Gives their bounds' sum.
  FixedScore find_parts(std::uint32_t begin, std::uint32_t end) {
    parts_.clear();
    FixedScore sum = 0;
    for (PostingCursor& cursor : cursors_) {
      const FixedScore bound = cursor.bound(begin, end, bm25_);
      if (bound == 0) continue;
      parts_.push_back({&cursor, bound});
      sum += bound;
    }
    std::ranges::sort(parts_, std::ranges::greater{}, &Part::bound);
    return sum;
  }

  FixedScore threshold() const {
    return static_cast<FixedScore>(best_.threshold() * fixed_score_one);
  }

  void score_window(std::uint32_t begin, std::uint32_t end) {
    FixedScore rest = find_parts(begin, end);  // what the terms from here on can add
    FixedScore least = threshold();
    if (rest <= least) return;
    scores_.begin(begin);
    auto part = parts_.begin();
    for (; part != parts_.end() && rest > least; ++part) {
      part->cursor->for_each(begin, end, bm25_, [this](std::uint32_t passage, FixedScore score) {
        scores_.add(passage, score);
      });
      rest -= part->bound;
      least = std::max(least, surpassed());
    }
    candidates_.clear();
    scores_.take(least - rest, candidates_);
    for (; part != parts_.end() && !candidates_.empty(); ++part) {
      rest -= part->bound;
      look_up(*part->cursor, least - rest);
    }
    for (const WindowScores::Candidate& candidate : candidates_) offer(candidate);
  }

  // While the best are not yet many: what as many passages of the window surpass already. Not where
  // some of these may not be found.
  FixedScore surpassed() {
    if (allow_ || best_.threshold() > 0.0) return 0;
    return scores_.surpassed(best_.count());
  }

  // Adds a term's scores to the candidates, and keeps those above `least`.
  void look_up(PostingCursor& cursor, FixedScore least) {
    std::size_t kept = 0;
    for (WindowScores::Candidate candidate : candidates_) {
      candidate.score += cursor.find(candidate.passage, bm25_);
      if (candidate.score > least) candidates_[kept++] = candidate;
    }
    candidates_.resize(kept);
  }

  void offer(const WindowScores::Candidate& candidate) {
    if (candidate.score <= threshold()) return;
    const std::uint64_t passage = first_passage_ + candidate.passage;
    if (!allow_ || allow_(passage)) best_.offer({passage, to_double(candidate.score)});
  }

  const RankingSource& source_;
  const Bm25 bm25_;
  const AllowPassage& allow_;
  BestPassages best_;
  std::vector<float> weights_;  // by term
  std::uint32_t window_ = window_first;
  std::uint64_t first_passage_ = 0;  // of the chunk
  std::vector<PostingCursor> cursors_;
  std::vector<Part> parts_;
  WindowScores scores_;
  std::vector<WindowScores::Candidate> candidates_;
};

}  // namespace

Result<std::vector<RankedPassage>> rank_passages(const RankingSource& source,
                                                 const std::vector<TermCount>& query,
                                                 std::size_t count, const AllowPassage& allow) {
  return Ranking(source, count, allow).run(query);
}

}  // namespace seekd::cache
