// rank_passages(): BM25's best, chunk by chunk.

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "cache/index/best_passages.h"
#include "cache/index/lexical_index.h"

namespace seekd::cache {
namespace {

constexpr double k1 = 1.2;
constexpr double b = 0.75;
// Sums of the same terms in another order differ in their last bits; a bound must not be the
// smaller.
constexpr double bound_margin = 1.0 + 1e-9;

struct Chunk {
  std::uint64_t number = 0;
  PostingHead head;
  std::string bytes;  // the encoded list
};

// One term of the query, and its lists by chunk.
struct TermLists {
  double weight = 0.0;  // how often the query has it, times idf
  std::vector<Chunk> chunks;
  std::size_t next = 0;  // the first chunk that has not been passed
};

// What a posting adds to its passage's score, per weight.
class Bm25 {
 public:
  explicit Bm25(double mean_length) : per_length_(k1 * b / std::max(mean_length, 1.0)) {}

  double operator()(std::uint32_t count, std::uint32_t length) const {
    const double tf = count;
    return tf * (k1 + 1.0) / (tf + k1 * (1.0 - b) + per_length_ * length);
  }

 private:
  const double per_length_;
};

Status load_lists(const ReadView& view, const std::string& term, TermLists& lists) {
  const std::string prefix = posting_prefix(term);
  std::string damaged_key;
  Status read =
      view.for_each(Family::terms, prefix, [&](std::string_view key, std::string_view value) {
        const std::optional<std::uint64_t> chunk = parse_chunk(key, prefix);
        const std::optional<PostingHead> head = decode_head(value);
        if (chunk && head) {
          lists.chunks.push_back({*chunk, *head, std::string(value)});
          return true;
        }
        damaged_key = key;
        return false;
      });
  if (read && !damaged_key.empty()) {
    return std::unexpected(view.damaged(Family::terms, damaged_key));
  }
  return read;
}

class Ranking {
 public:
  Ranking(const ReadView& view, const CountersRecord& counters, std::size_t count,
          const AllowPassage& allow)
      : view_(view),
        passages_(static_cast<double>(counters.passages)),
        bm25_(static_cast<double>(counters.terms) / std::max(passages_, 1.0)),
        allow_(allow),
        best_(count) {}

  Status add_term(const TermCount& term) {
    TermLists lists;
    if (Status loaded = load_lists(view_, term.term, lists); !loaded) return loaded;
    std::size_t postings = 0;
    for (const Chunk& chunk : lists.chunks) postings += chunk.head.postings;
    if (postings == 0) return {};
    const auto df = static_cast<double>(postings);
    lists.weight = term.count * std::log1p(std::max(passages_ - df + 0.5, 0.5) / (df + 0.5));
    terms_.push_back(std::move(lists));
    return {};
  }

  Result<std::vector<RankedPassage>> run() {
    while (const auto chunk = next_chunk()) {
      if (Status scored = score_chunk(*chunk); !scored) {
        return std::unexpected(std::move(scored.error()));
      }
    }
    return best_.take();
  }

 private:
  // A term in the chunk that is looked at.
  struct Part {
    double weight = 0.0;
    double bound = 0.0;  // no passage of the chunk gets more from it
    const Chunk* chunk = nullptr;
  };

  std::optional<std::uint64_t> next_chunk() const {
    std::optional<std::uint64_t> least;
    for (const TermLists& term : terms_) {
      if (term.next == term.chunks.size()) continue;
      least = std::min(least.value_or(UINT64_MAX), term.chunks[term.next].number);
    }
    return least;
  }

  // The terms that the chunk has, those that can add most first; they are passed by this.
  std::vector<Part> take_parts(std::uint64_t number) {
    std::vector<Part> parts;
    for (TermLists& term : terms_) {
      if (term.next == term.chunks.size() || term.chunks[term.next].number != number) continue;
      const Chunk& chunk = term.chunks[term.next++];
      const double bound =
          bound_margin * term.weight * bm25_(chunk.head.count_max, chunk.head.length_min);
      parts.push_back({term.weight, bound, &chunk});
    }
    std::ranges::sort(parts, std::ranges::greater{}, &Part::bound);
    return parts;
  }

  Status score_chunk(std::uint64_t number) {
    const std::vector<Part> parts = take_parts(number);
    double rest = 0.0;  // what the terms from here on can add
    for (const Part& part : parts) rest += part.bound;
    double reached = 0.0;  // the best score of a passage so far
    scores_.fill(0.0);
    for (const Part& part : parts) {
      // Neither a new passage nor one that has a score can get among the best any more.
      if (reached + rest <= best_.threshold()) return {};
      const bool opens = rest > best_.threshold();
      const auto added = add(part, number, opens, rest);
      if (!added) return std::unexpected(added.error());
      reached = std::max(reached, *added);
      rest -= part.bound;
    }
    collect(number);
    return {};
  }

  // Adds one term's scores. `opens`: also to passages that have none yet; without that, only to
  // those that could still get among the best. Gives the best score reached.
  Result<double> add(const Part& part, std::uint64_t number, bool opens, double rest) {
    postings_.clear();
    if (!decode(part.chunk->bytes, postings_)) {
      return std::unexpected(view_.damaged(Family::terms, std::to_string(number)));
    }
    const double least = best_.threshold() - rest;
    double reached = 0.0;
    for (const Posting& posting : postings_) {
      double& score = scores_[posting.passage];
      if (!opens && (score == 0.0 || score <= least)) continue;
      score += part.weight * bm25_(posting.count, posting.length);
      reached = std::max(reached, score);
    }
    return reached;
  }

  void collect(std::uint64_t number) {
    for (std::size_t i = 0; i < scores_.size(); ++i) {
      if (scores_[i] <= best_.threshold()) continue;
      const std::uint64_t passage = number * passages_per_chunk + i;
      if (!allow_ || allow_(passage)) best_.offer({passage, scores_[i]});
    }
  }

  const ReadView& view_;
  const double passages_;
  const Bm25 bm25_;
  const AllowPassage& allow_;
  BestPassages best_;
  std::vector<TermLists> terms_;
  std::array<double, passages_per_chunk> scores_{};
  std::vector<Posting> postings_;
};

}  // namespace

Result<std::vector<RankedPassage>> rank_passages(const ReadView& view,
                                                 const std::vector<TermCount>& query,
                                                 const CountersRecord& counters, std::size_t count,
                                                 const AllowPassage& allow) {
  Ranking ranking(view, counters, count, allow);
  for (const TermCount& term : query) {
    if (Status added = ranking.add_term(term); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return ranking.run();
}

}  // namespace seekd::cache
