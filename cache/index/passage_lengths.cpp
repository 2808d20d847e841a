#include "cache/index/passage_lengths.h"

#include <algorithm>
#include <optional>
#include <string>

namespace seekd::cache {

Status PassageLengths::load(const ReadView& view) {
  const std::string prefix(lengths_term.size() + 1, '\0');
  std::string damaged_key;
  Status read =
      view.for_each(Family::terms, prefix, [&](std::string_view key, std::string_view value) {
        const std::optional<PostingKey> parsed = parse_posting_key(key);
        std::vector<Posting> postings;
        if (!parsed || parsed->term != lengths_term || !decode(value, postings)) {
          damaged_key = key;
          return false;
        }
        for (const Posting& posting : postings) {
          put(parsed->chunk * passages_per_chunk + posting.passage, posting.count);
        }
        return true;
      });
  if (!read) return read;
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::terms, damaged_key));
  return {};
}

void PassageLengths::put(std::uint64_t passage, std::uint32_t length) {
  if (length == 0) return;
  const std::lock_guard lock(mutex_);
  Entry& entry = chunks_[passage / passages_per_chunk];
  if (!entry.lengths) entry.lengths = std::make_shared<Chunk>();
  const auto bounded = static_cast<std::uint16_t>(std::min(length, count_max));
  auto& place = (*entry.lengths)[passage % passages_per_chunk];
  if (place.exchange(bounded, std::memory_order_relaxed) == 0) ++entry.passages;
}

void PassageLengths::remove(std::uint64_t passage) {
  const std::lock_guard lock(mutex_);
  const auto entry = chunks_.find(passage / passages_per_chunk);
  if (entry == chunks_.end()) return;
  auto& place = (*entry->second.lengths)[passage % passages_per_chunk];
  if (place.exchange(0, std::memory_order_relaxed) == 0) return;
  if (--entry->second.passages == 0) chunks_.erase(entry);
}

std::vector<PassageLengths::NumberedChunk> PassageLengths::chunks() const {
  const std::lock_guard lock(mutex_);
  std::vector<NumberedChunk> chunks;
  chunks.reserve(chunks_.size());
  for (const auto& [number, entry] : chunks_) chunks.push_back({number, entry.lengths});
  return chunks;
}

}  // namespace seekd::cache
