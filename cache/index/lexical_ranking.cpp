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

// One form of a term of the query.
struct Form {
  std::string text;
  std::size_t term = 0;  // index into the query
};

// The lists of a query's forms in one chunk, some empty.
struct ChunkLists {
  PassageLengths::NumberedChunk chunk;
  std::vector<std::optional<rocksdb::PinnableSlice>> bytes;  // by form
  std::vector<PostingList> lists;
};

std::vector<Form> forms_of(const std::vector<QueryTerm>& query) {
  std::vector<Form> forms;
  for (std::size_t i = 0; i < query.size(); ++i) {
    for (const std::string& form : query[i].forms) forms.push_back({form, i});
  }
  std::ranges::sort(forms, {}, &Form::text);
  return forms;
}

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
  Ranking(const RankingSource& source, const std::vector<QueryTerm>& query, std::size_t count,
          const AllowPassage& allow)
      : source_(source),
        query_(query),
        forms_(forms_of(query)),
        bm25_(static_cast<double>(source.counters.terms) /
              std::max(static_cast<double>(source.counters.passages), 1.0)),
        allow_(allow),
        best_(count) {}

  Result<std::vector<RankedPassage>> run() {
    std::vector<ChunkLists> chunks;
    for (PassageLengths::NumberedChunk& chunk : source_.lengths.chunks()) {
      Result<ChunkLists> lists = load(std::move(chunk));
      if (!lists) return std::unexpected(std::move(lists.error()));
      chunks.push_back(std::move(*lists));
    }
    weigh_terms(chunks);
    for (const ChunkLists& chunk : chunks) {
      if (Status scored = score_chunk(chunk); !scored) {
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
    std::size_t term = 0;  // index into the query
  };

  Result<ChunkLists> load(PassageLengths::NumberedChunk chunk) const {
    std::vector<std::string> keys;
    keys.reserve(forms_.size());
    for (const Form& form : forms_) keys.push_back(posting_key(form.text, chunk.number));
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

  // The forms of a term weigh alike: together they are what holds it.
  void weigh_terms(const std::vector<ChunkLists>& chunks) {
    std::vector<std::uint64_t> holding(query_.size());
    for (const ChunkLists& chunk : chunks) {
      for (std::size_t i = 0; i < forms_.size(); ++i) {
        holding[forms_[i].term] += chunk.lists[i].postings();
      }
    }
    const auto passages = static_cast<double>(source_.counters.passages);
    for (std::size_t i = 0; i < query_.size(); ++i) {
      weights_.push_back(weigh(query_[i].count, static_cast<double>(holding[i]), passages));
    }
  }

  Status score_chunk(const ChunkLists& chunk) {
    cursors_.clear();
    cursor_terms_.clear();
    for (std::size_t i = 0; i < forms_.size(); ++i) {
      if (chunk.lists[i].postings() == 0) continue;
      const std::size_t term = forms_[i].term;
      cursors_.emplace_back(chunk.lists[i], weights_[term], *chunk.chunk.lengths);
      cursor_terms_.push_back(term);
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
    for (std::size_t i = 0; i < cursors_.size(); ++i) {
      const FixedScore bound = cursors_[i].bound(begin, end, bm25_);
      if (bound == 0) continue;
      parts_.push_back({&cursors_[i], bound, cursor_terms_[i]});
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
    candidates_.clear();
    if (intersect(begin, end)) {
      std::erase_if(parts_, [this](const Part& part) { return is_required(part.term); });
      rest = 0;
      for (const Part& part : parts_) rest += part.bound;
      return look_up_rest(parts_.begin(), rest, least);
    }
    auto part = parts_.begin();
    for (; part != parts_.end() && rest > least; ++part) {
      part->cursor->for_each(begin, end, bm25_, [this](std::uint32_t passage, FixedScore score) {
        scores_.add(passage, score);
      });
      rest -= part->bound;
      least = std::max(least, surpassed());
    }
    scores_.take(least - rest, candidates_);
    look_up_rest(part, rest, least);
  }

  // The candidates with what the parts from `part` on give them; those above `least` are offered.
  void look_up_rest(std::vector<Part>::iterator part, FixedScore rest, FixedScore least) {
    for (; part != parts_.end() && !candidates_.empty(); ++part) {
      rest -= part->bound;
      look_up(*part->cursor, least - rest);
    }
    for (const WindowScores::Candidate& candidate : candidates_) offer(candidate);
  }

  bool is_required(std::size_t term) const { return query_[term].demand == Demand::required; }

  // Where terms are required: the passages of the window that have all of them become candidates,
  // with what these give them. False where none is.
  bool intersect(std::uint32_t begin, std::uint32_t end) {
    bool any = false;
    for (std::size_t term = 0; term < query_.size(); ++term) {
      if (!is_required(term)) continue;
      if (!any) {
        for (const Part& part : parts_) {
          if (part.term != term) continue;
          part.cursor->for_each(begin, end, bm25_, [this](std::uint32_t passage, FixedScore score) {
            scores_.add(passage, score);
          });
        }
        scores_.take(0, candidates_);
      } else {
        keep_holding(term);
      }
      any = true;
    }
    return any;
  }

  // Drops the candidates without the term, and adds its scores to the others.
  void keep_holding(std::size_t term) {
    std::size_t kept = 0;
    for (WindowScores::Candidate candidate : candidates_) {
      FixedScore added = 0;
      for (const Part& part : parts_) {
        if (part.term == term) added += part.cursor->find(candidate.passage, bm25_);
      }
      candidate.score += added;
      if (added > 0) candidates_[kept++] = candidate;
    }
    candidates_.resize(kept);
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
  const std::vector<QueryTerm>& query_;
  const std::vector<Form> forms_;  // sorted
  const Bm25 bm25_;
  const AllowPassage& allow_;
  BestPassages best_;
  std::vector<float> weights_;  // by term
  std::uint32_t window_ = window_first;
  std::uint64_t first_passage_ = 0;  // of the chunk
  std::vector<PostingCursor> cursors_;
  std::vector<std::size_t> cursor_terms_;  // index into the query, by cursor
  std::vector<Part> parts_;
  WindowScores scores_;
  std::vector<WindowScores::Candidate> candidates_;
};

}  // namespace

Result<std::vector<RankedPassage>> rank_passages(const RankingSource& source,
                                                 const std::vector<QueryTerm>& query,
                                                 std::size_t count, const AllowPassage& allow) {
  return Ranking(source, query, count, allow).run();
}

}  // namespace seekd::cache
