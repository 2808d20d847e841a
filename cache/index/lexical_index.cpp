#include "cache/index/lexical_index.h"

#include <algorithm>
#include <utility>

namespace seekd::cache {
namespace {

std::uint16_t bounded(std::uint32_t number) {
  return static_cast<std::uint16_t>(std::min(number, count_max));
}

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

void for_each_posting(const PassageRecord& record,
                      const std::function<void(std::string_view, std::uint16_t)>& visit) {
  if (record.length > 0) visit(lengths_term, bounded(record.length));
  for (const TermCount& term : record.terms) visit(term.term, bounded(term.count));
}

void PostingChanges::add(std::uint64_t passage, const PassageRecord& record) {
  const auto place = static_cast<std::uint16_t>(passage % passages_per_chunk);
  for_each_posting(record, [&](std::string_view term, std::uint16_t count) {
    edits_[posting_key(term, passage / passages_per_chunk)].added.push_back(
        {.passage = place, .count = count, .length = bounded(record.length)});
  });
}

void PostingChanges::remove(std::uint64_t passage, const PassageRecord& record) {
  const auto place = static_cast<std::uint16_t>(passage % passages_per_chunk);
  for_each_posting(record, [&](std::string_view term, std::uint16_t /*count*/) {
    edits_[posting_key(term, passage / passages_per_chunk)].removed.push_back(place);
  });
}

void PostingChanges::write_to(WriteSet& changes) const {
  for (const auto& [key, edit] : edits_) changes.merge(Family::terms, key, encode(edit));
}

}  // namespace seekd::cache
