#include "cache/seen_filter.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

extern "C" {
#include <bloom.h>
}

namespace seekd::cache {
namespace {

// Sized for less than what is let happen (0.1 %): a filter is widened when it is full, not before.
constexpr double false_positive_rate = 0.0005;
constexpr std::size_t capacity_min = 1'000;
constexpr std::size_t capacity_max = 100'000'000;  // libbloom counts bits in an int

}  // namespace

struct SeenFilter::State {
  mutable std::shared_mutex mutex;
  ::bloom bloom{};
  std::uint64_t entries = 0;
  mutable std::atomic<std::uint64_t> negative_answers = 0;
};

void SeenFilter::StateDeleter::operator()(State* state) const {
  bloom_free(&state->bloom);
  delete state;
}

SeenFilter::SeenFilter(std::size_t capacity) : state_(new State) {
  capacity = std::clamp(capacity, capacity_min, capacity_max);
  if (bloom_init(&state_->bloom, static_cast<int>(capacity), false_positive_rate) != 0) {
    throw std::bad_alloc();
  }
}

std::optional<SeenFilter> SeenFilter::load(const FilterRecord& record) {
  if (record.capacity < capacity_min || record.capacity > capacity_max) return std::nullopt;
  SeenFilter filter(record.capacity);
  ::bloom& bloom = filter.state_->bloom;
  if (record.bits.size() != static_cast<std::size_t>(bloom.bytes)) return std::nullopt;
  // libbloom 1.6 has no call to save or load one.
  std::memcpy(bloom.bf, record.bits.data(), record.bits.size());
  filter.state_->entries = record.entries;
  return filter;
}

FilterRecord SeenFilter::save(std::uint64_t generation) const {
  std::shared_lock lock(state_->mutex);
  const ::bloom& bloom = state_->bloom;
  return {.generation = generation,
          .capacity = static_cast<std::uint64_t>(bloom.entries),
          .entries = state_->entries,
          .bits = std::string(reinterpret_cast<const char*>(bloom.bf), bloom.bytes)};
}

void SeenFilter::add(const ContentHash& key) {
  std::unique_lock lock(state_->mutex);
  if (bloom_add(&state_->bloom, key.bytes.data(), key.bytes.size()) == 0) ++state_->entries;
}

bool SeenFilter::may_have_seen(const ContentHash& key) const {
  std::shared_lock lock(state_->mutex);
  if (bloom_check(&state_->bloom, key.bytes.data(), key.bytes.size()) != 0) return true;
  state_->negative_answers.fetch_add(1, std::memory_order_relaxed);
  return false;
}

FilterStatistics SeenFilter::statistics() const {
  std::shared_lock lock(state_->mutex);
  const auto bits = static_cast<double>(state_->bloom.bits);
  const auto hashes = static_cast<double>(state_->bloom.hashes);
  const double set = 1.0 - std::exp(-hashes * static_cast<double>(state_->entries) / bits);
  return {.bits = static_cast<std::uint64_t>(state_->bloom.bits),
          .entries = state_->entries,
          .false_positive_rate = std::pow(set, hashes)};
}

double SeenFilter::error_rate() const {
  constexpr int probes = 100'000;
  std::shared_lock lock(state_->mutex);
  int known = 0;
  for (int i = 0; i < probes; ++i) {
    const ContentHash key = hash_text("never added " + std::to_string(i));
    known += bloom_check(&state_->bloom, key.bytes.data(), key.bytes.size()) != 0 ? 1 : 0;
  }
  return static_cast<double>(known) / probes;
}

std::uint64_t SeenFilter::negative_answers() const {
  return state_->negative_answers.load();
}

void SeenFilter::adopt(SeenFilter other) {
  std::unique_lock lock(state_->mutex);
  std::swap(state_->bloom, other.state_->bloom);
  std::swap(state_->entries, other.state_->entries);
}

std::size_t SeenFilter::capacity() const {
  std::shared_lock lock(state_->mutex);
  return static_cast<std::size_t>(state_->bloom.entries);
}

bool SeenFilter::full() const {
  std::shared_lock lock(state_->mutex);
  const auto capacity = static_cast<std::uint64_t>(state_->bloom.entries);
  return state_->entries > capacity && capacity < capacity_max;
}

}  // namespace seekd::cache
