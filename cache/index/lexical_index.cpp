#include "cache/index/lexical_index.h"

#include <algorithm>
#include <bitset>
#include <utility>

namespace seekd::cache {
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

}  // namespace seekd::cache
