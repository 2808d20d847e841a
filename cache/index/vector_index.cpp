#include "cache/index/vector_index.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <mutex>
#include <utility>

#include "cache/index/best_passages.h"

namespace seekd::cache {
namespace {

constexpr float steps = 127.0F;

}  // namespace

QuantizedVector quantize(std::span<const float> vector) {
  float greatest = 0.0F;
  for (float value : vector) greatest = std::max(greatest, std::abs(value));
  // A vector of zeros, or with what is no number in it, is near nothing.
  const bool sound = greatest > 0.0F &&
                     std::ranges::all_of(vector, [](float value) { return std::isfinite(value); });
  QuantizedVector quantized{.scale = sound ? greatest / steps : 0.0F, .values = {}};
  quantized.values.reserve(vector.size());
  for (float value : vector) {
    const float step = sound ? std::nearbyint(value / greatest * steps) : 0.0F;
    quantized.values.push_back(static_cast<std::int8_t>(step));
  }
  return quantized;
}

VectorIndex::VectorIndex(const Embedding* embedding) : embedding_(embedding) {
  if (embedding == nullptr) return;
  row_bytes_ =
      (embedding->dimension + embedding_row_step - 1) / embedding_row_step * embedding_row_step;
}

std::uint32_t VectorIndex::host_number(const std::string& host) {
  const auto [known, added] =
      host_numbers_.emplace(host, static_cast<std::uint32_t>(host_names_.size()));
  if (added) host_names_.push_back(host);
  return known->second;
}

std::int8_t* VectorIndex::row(std::size_t number) const {
  return chunks_[number / rows_per_chunk].get() + number % rows_per_chunk * row_bytes_;
}

void VectorIndex::put(std::uint64_t passage, const VectorRecord& record) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[passage];
  entry.host = host_number(record.host);
  if (embedding_ == nullptr) return;
  if (record.waits()) {
    waiting_.insert(passage);
    return;
  }
  waiting_.erase(passage);
  if (entry.row == no_row) entry.row = append_row(passage, record);
}

std::uint32_t VectorIndex::append_row(std::uint64_t passage, const VectorRecord& record) {
  assert(record.values.size() == embedding_->dimension);
  const std::size_t number = passages_.size();
  if (number == chunks_.size() * rows_per_chunk) {
    const std::size_t bytes = rows_per_chunk * row_bytes_;
    chunks_.emplace_back(new (std::align_val_t{embedding_row_step}) std::int8_t[bytes]());
  }
  std::ranges::copy(record.values, row(number));
  passages_.push_back(passage);
  hosts_.push_back(entries_[passage].host);
  scales_.push_back(record.scale);
  return static_cast<std::uint32_t>(number);
}

void VectorIndex::remove(std::uint64_t passage) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(passage);
  if (entry == entries_.end()) return;
  waiting_.erase(passage);
  if (entry->second.row != no_row) remove_row(entry->second.row);
  entries_.erase(entry);
}

// The last row moves into its place.
void VectorIndex::remove_row(std::uint32_t removed) {
  const std::size_t last = passages_.size() - 1;
  if (removed != last) {
    std::memcpy(row(removed), row(last), row_bytes_);
    passages_[removed] = passages_[last];
    hosts_[removed] = hosts_[last];
    scales_[removed] = scales_[last];
    entries_[passages_[removed]].row = removed;
  }
  passages_.pop_back();
  hosts_.pop_back();
  scales_.pop_back();
  if (last == (chunks_.size() - 1) * rows_per_chunk) chunks_.pop_back();
}

std::vector<std::uint64_t> VectorIndex::waiting(std::size_t count_max) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::uint64_t> passages;
  for (std::uint64_t passage : waiting_) {
    if (passages.size() == count_max) break;
    passages.push_back(passage);
  }
  return passages;
}

void VectorIndex::give_up(std::uint64_t passage) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(passage);
}

std::size_t VectorIndex::waiting_count() const {
  const std::shared_lock lock(mutex_);
  return waiting_.size();
}

std::size_t VectorIndex::vector_count() const {
  const std::shared_lock lock(mutex_);
  return passages_.size();
}

std::vector<bool> VectorIndex::allowed_hosts(const PassageFilter& filter) const {
  std::vector<bool> allowed(host_names_.size(), true);
  if (!filter.host) return allowed;
  for (std::size_t i = 0; i < allowed.size(); ++i) allowed[i] = filter.host(host_names_[i]);
  return allowed;
}

bool VectorIndex::allows(const PassageFilter& filter, std::uint64_t passage) const {
  if (filter.passages != nullptr && !filter.passages->contains(passage)) return false;
  if (!filter.host) return true;
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(passage);
  return entry != entries_.end() && filter.host(host_names_[entry->second.host]);
}

QuantizedVector VectorIndex::query(std::span<const float> vector) const {
  QuantizedVector query = quantize(vector);
  query.values.resize(row_bytes_);
  return query;
}

std::vector<RankedPassage> VectorIndex::nearest(const QuantizedVector& query, std::size_t count,
                                                const PassageFilter& filter) const {
  const std::shared_lock lock(mutex_);
  const std::vector<bool> allowed = allowed_hosts(filter);
  std::vector<std::int32_t> dots(std::min(rows_per_chunk, passages_.size()));
  BestPassages best(count);
  for (std::size_t begin = 0; begin < passages_.size(); begin += rows_per_chunk) {
    const std::size_t rows = std::min(rows_per_chunk, passages_.size() - begin);
    embedding_->score(query.values, {row(begin), rows * row_bytes_}, std::span(dots).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint64_t passage = passages_[begin + i];
      if (!allowed[hosts_[begin + i]]) continue;
      if (filter.passages != nullptr && !filter.passages->contains(passage)) continue;
      best.offer({passage, double{query.scale} * scales_[begin + i] * dots[i]});
    }
  }
  return best.take();
}

std::optional<double> VectorIndex::similarity(const QuantizedVector& query,
                                              std::uint64_t passage) const {
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(passage);
  if (entry == entries_.end() || entry->second.row == no_row) return std::nullopt;
  std::int32_t dot = 0;
  embedding_->score(query.values, {row(entry->second.row), row_bytes_}, std::span(&dot, 1));
  return double{query.scale} * scales_[entry->second.row] * dot;
}

}  // namespace seekd::cache
