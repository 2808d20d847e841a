#include "cache/index/lexical_index.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace seekd::cache {
namespace {

constexpr double k1 = 1.2;
constexpr double b = 0.75;

struct ChunkPostings {
  std::uint64_t chunk = 0;
  std::vector<Posting> postings;
};

Result<std::vector<ChunkPostings>> load_postings(const ReadView& view, const std::string& term) {
  const std::string prefix = posting_prefix(term);
  std::vector<ChunkPostings> chunks;
  std::string damaged_key;
  Status read =
      view.for_each(Family::terms, prefix, [&](std::string_view key, std::string_view value) {
        std::optional<std::uint64_t> chunk = parse_chunk(key, prefix);
        if (chunk) {
          chunks.push_back({.chunk = *chunk, .postings = {}});
          if (decode(value, chunks.back().postings)) return true;
        }
        damaged_key = key;
        return false;
      });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::terms, damaged_key));
  return chunks;
}

// Scores of the passages seen so far, chunk by chunk.
class Scores {
 public:
  explicit Scores(const CountersRecord& counters)
      : passages_(static_cast<double>(counters.passages)),
        mean_length_(static_cast<double>(counters.terms) / std::max(passages_, 1.0)) {}

  void add_term(const std::vector<ChunkPostings>& chunks, std::uint32_t query_count) {
    std::size_t document_frequency = 0;
    for (const ChunkPostings& chunk : chunks) document_frequency += chunk.postings.size();
    const auto df = static_cast<double>(document_frequency);
    const double idf = std::log1p(std::max(passages_ - df + 0.5, 0.5) / (df + 0.5));
    for (const ChunkPostings& chunk : chunks) {
      std::vector<double>& scores = chunks_[chunk.chunk];
      scores.resize(passages_per_chunk);
      for (const Posting& posting : chunk.postings) {
        const double tf = posting.count;
        const double norm = k1 * (1.0 - b + b * posting.length / std::max(mean_length_, 1.0));
        scores[posting.passage] += query_count * idf * tf * (k1 + 1.0) / (tf + norm);
      }
    }
  }

  std::vector<RankedPassage> collect() const {
    std::vector<RankedPassage> ranked;
    for (const auto& [chunk, scores] : chunks_) {
      for (std::size_t i = 0; i < scores.size(); ++i) {
        if (scores[i] > 0.0) ranked.push_back({chunk * passages_per_chunk + i, scores[i]});
      }
    }
    return ranked;
  }

 private:
  const double passages_;
  const double mean_length_;
  std::unordered_map<std::uint64_t, std::vector<double>> chunks_;
};

}  // namespace

std::vector<TermCount> count_terms(std::vector<std::string> terms) {
  std::ranges::sort(terms);
  std::vector<TermCount> counts;
  for (std::string& term : terms) {
    if (counts.empty() || counts.back().term != term) counts.push_back({std::move(term), 0});
    ++counts.back().count;
  }
  return counts;
}

void PostingChanges::add(std::uint64_t passage, const PassageRecord& record) {
  const auto place = static_cast<std::uint32_t>(passage % passages_per_chunk);
  for (const TermCount& term : record.terms) {
    edits_[posting_key(term.term, passage / passages_per_chunk)].added.push_back(
        {.passage = place, .count = term.count, .length = record.length});
  }
}

void PostingChanges::remove(std::uint64_t passage, const PassageRecord& record) {
  const auto place = static_cast<std::uint32_t>(passage % passages_per_chunk);
  for (const TermCount& term : record.terms) {
    edits_[posting_key(term.term, passage / passages_per_chunk)].removed.push_back(place);
  }
}

Status PostingChanges::write_to(WriteSet& changes, const ReadView& view) const {
  for (const auto& [key, edit] : edits_) {
    if (edit.removed.empty()) {
      changes.merge(Family::terms, key, encode(edit.added));
      continue;
    }
    Result<std::optional<std::string>> stored = view.get(Family::terms, key);
    if (!stored) return std::unexpected(std::move(stored.error()));
    std::vector<Posting> postings;
    if (!*stored || !decode(**stored, postings)) {
      return std::unexpected(view.damaged(Family::terms, key));
    }
    std::bitset<passages_per_chunk> removed;
    for (std::uint32_t passage : edit.removed) removed.set(passage);
    std::erase_if(postings, [&](const Posting& posting) { return removed[posting.passage]; });
    postings.insert(postings.end(), edit.added.begin(), edit.added.end());
    if (postings.empty()) {
      changes.erase(Family::terms, key);
    } else {
      changes.put(Family::terms, key, encode(postings));
    }
  }
  return {};
}

Result<std::vector<RankedPassage>> rank_passages(const ReadView& view,
                                                 const std::vector<TermCount>& query,
                                                 const CountersRecord& counters) {
  Scores scores(counters);
  for (const TermCount& term : query) {
    Result<std::vector<ChunkPostings>> chunks = load_postings(view, term.term);
    if (!chunks) return std::unexpected(std::move(chunks.error()));
    scores.add_term(*chunks, term.count);
  }
  return scores.collect();
}

}  // namespace seekd::cache
