#include "cache/index/vector_index.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "policy/collection.h"

namespace seekd::cache {
namespace {

constexpr float steps = 127.0F;

// How many rows are looked at for each that is wanted, and how many at the least
// (docs/measurements.md, recall).
constexpr std::size_t shortlist_share = 8;
constexpr std::size_t shortlist_min = 4000;

// From so many on a second thread is worth its start.
constexpr std::size_t shared_rows_min = 262'144;
constexpr std::size_t chunks_at_once = 4;

// Products from a device are rounded: so many more are drawn, and computed again.
constexpr std::size_t drawn_more = 100;

// A device that has no rows to give is none.
std::unique_ptr<DeviceRows> device_rows_of(const Embedding* embedding, std::size_t row_bytes) {
  if (embedding == nullptr || !embedding->device_rows) return nullptr;
  auto rows = embedding->device_rows(row_bytes);
  return rows ? std::move(*rows) : nullptr;
}

std::size_t row_bytes_of(const Embedding* embedding) {
  if (embedding == nullptr) return 0;
  return (embedding->dimension + embedding_row_step - 1) / embedding_row_step * embedding_row_step;
}

// Counts a thread among those that scan, for as long as it does.
class Scanning {
 public:
  explicit Scanning(std::atomic<unsigned>& threads) : threads_(threads), others_(threads_++) {}
  Scanning(const Scanning&) = delete;
  Scanning& operator=(const Scanning&) = delete;
  ~Scanning() { --threads_; }

  bool core_is_free() const { return others_ + 1 < std::thread::hardware_concurrency(); }

 private:
  std::atomic<unsigned>& threads_;
  const unsigned others_;  // that scanned when this one began
};

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

VectorIndex::VectorIndex(const Embedding* embedding)
    : embedding_(embedding),
      row_bytes_(row_bytes_of(embedding)),
      device_(device_rows_of(embedding, row_bytes_)) {}

std::uint32_t VectorIndex::host_number(const std::string& host) {
  const auto [known, added] =
      host_numbers_.emplace(host, static_cast<std::uint32_t>(host_names_.size()));
  if (added) {
    host_names_.push_back(host);
    const std::string_view collection = policy::collection_of(host);
    if (collection != policy::web_collection) collections_.emplace(collection);
  }
  return known->second;
}

std::int8_t* VectorIndex::row(std::size_t number) const {
  return chunks_[number / rows_per_chunk].get() + number % rows_per_chunk * row_bytes_;
}

std::span<const std::int8_t> VectorIndex::row_bytes(std::size_t number) const {
  return {row(number), row_bytes_};
}

void VectorIndex::put(std::uint64_t passage, const VectorRecord& record) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t host = host_number(record.host);
  PassageTable::Entry& entry = entries_.add(passage, host);
  if (embedding_ == nullptr) return;
  if (record.waits()) {
    waiting_.insert(passage);
    return;
  }
  waiting_.erase(passage);
  if (entry.row == PassageTable::none) entry.row = append_row(passage, host, record);
}

std::uint32_t VectorIndex::append_row(std::uint64_t passage, std::uint32_t host,
                                      const VectorRecord& record) {
  assert(record.values.size() == embedding_->dimension);
  const std::size_t number = passages_.size();
  if (number == chunks_.size() * rows_per_chunk) {
    const std::size_t bytes = rows_per_chunk * row_bytes_;
    chunks_.emplace_back(new (std::align_val_t{embedding_row_step}) std::int8_t[bytes]());
  }
  std::ranges::copy(record.values, row(number));
  passages_.push_back(passage);
  hosts_.push_back(host);
  scales_.push_back(record.scale);
  device_.changed(number);
  if (sketches_) {
    sketches_->append(row_bytes(number), record.scale);
  } else if (passages_.size() == sketched_rows_min) {
    sketch_all();
  }
  return static_cast<std::uint32_t>(number);
}

// Around the mean of the rows so far: vectors of one model lie in a cone, and what they have in
// common tells none from another.
void VectorIndex::sketch_all() {
  std::vector<float> mean(row_bytes_, 0.0F);
  for (std::size_t number = 0; number < passages_.size(); ++number) {
    const std::span<const std::int8_t> values = row_bytes(number);
    const float share = scales_[number] / static_cast<float>(passages_.size());
    for (std::size_t i = 0; i < row_bytes_; ++i) mean[i] += share * static_cast<float>(values[i]);
  }
  sketches_.emplace(row_bytes_);
  sketches_->set_center(std::move(mean));
  for (std::size_t number = 0; number < passages_.size(); ++number) {
    sketches_->append(row_bytes(number), scales_[number]);
  }
}

void VectorIndex::remove(std::uint64_t passage) {
  const std::lock_guard lock(mutex_);
  const PassageTable::Entry* entry = entries_.find(passage);
  if (entry == nullptr) return;
  waiting_.erase(passage);
  if (entry->row != PassageTable::none) remove_row(entry->row);
  entries_.remove(passage);
}

// The last row moves into its place.
void VectorIndex::remove_row(std::uint32_t removed) {
  const std::size_t last = passages_.size() - 1;
  if (removed != last) {
    std::memcpy(row(removed), row(last), row_bytes_);
    passages_[removed] = passages_[last];
    hosts_[removed] = hosts_[last];
    scales_[removed] = scales_[last];
    entries_.find(passages_[removed])->row = removed;
    device_.changed(removed);
  }
  if (sketches_) sketches_->remove(removed);
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

std::set<std::string, std::less<>> VectorIndex::collections() const {
  const std::shared_lock lock(mutex_);
  return collections_;
}

std::size_t VectorIndex::waiting_count() const {
  const std::shared_lock lock(mutex_);
  return waiting_.size();
}

std::size_t VectorIndex::vector_count() const {
  const std::shared_lock lock(mutex_);
  return passages_.size();
}

VectorIndex::HostsAllowed VectorIndex::allowed_hosts(const PassageFilter& filter) const {
  HostsAllowed allowed(host_names_.size(), 1);
  if (!filter.host) return allowed;
  for (std::size_t i = 0; i < allowed.size(); ++i) allowed[i] = filter.host(host_names_[i]) ? 1 : 0;
  return allowed;
}

bool VectorIndex::allows(const PassageFilter& filter, std::uint64_t passage) const {
  if (filter.passages != nullptr && !filter.passages->contains(passage)) return false;
  if (!filter.host) return true;
  const std::shared_lock lock(mutex_);
  const PassageTable::Entry* entry = entries_.find(passage);
  return entry != nullptr && filter.host(host_names_[entry->host]);
}

QuantizedVector VectorIndex::query(std::span<const float> vector) const {
  QuantizedVector query = quantize(vector);
  query.values.resize(row_bytes_);
  return query;
}

double VectorIndex::cosine(const QuantizedVector& query, std::size_t row) const {
  std::int32_t dot = 0;
  embedding_->score(query.values, row_bytes(row), std::span(&dot, 1));
  return double{query.scale} * scales_[row] * dot;
}

std::vector<RankedPassage> VectorIndex::nearest(const QuantizedVector& query, std::size_t count,
                                                const PassageFilter& filter) const {
  const std::shared_lock lock(mutex_);
  const HostsAllowed allowed = allowed_hosts(filter);
  if (filter.passages != nullptr) return best_of_asked(query, count, filter, allowed);
  if (!sketches_) return best_of_all(query, count, allowed);
  if (auto found = nearest_on_device(query, count, allowed)) return std::move(*found);
  const std::size_t wanted = std::max(shortlist_share * count, shortlist_min);
  if (passages_.size() < 2 * wanted) return best_of_all(query, count, allowed);
  const auto rows = shortlist(sketches_->query(query.values, query.scale), wanted, allowed);
  BestPassages best(count);
  for (const Shortlist::Row& row : rows) {
    best.offer({passages_[row.number], cosine(query, row.number)});
  }
  return best.take();
}

std::optional<std::vector<RankedPassage>> VectorIndex::nearest_on_device(
    const QuantizedVector& query, std::size_t count, const HostsAllowed& allowed) const {
  const bool all = std::ranges::find(allowed, 0) == allowed.end();
  const auto rows = device_.nearest(
      query.values, count + drawn_more, all ? std::span<const std::uint8_t>() : std::span(allowed),
      passages_.size(), [this](std::size_t first) { return rows_from(first); });
  if (!rows) return std::nullopt;
  BestPassages best(count);
  for (const std::uint32_t row : *rows) best.offer({passages_[row], cosine(query, row)});
  return best.take();
}

// To the end of the chunk that `first` is in.
DeviceRows::Rows VectorIndex::rows_from(std::size_t first) const {
  const std::size_t end = std::min((first / rows_per_chunk + 1) * rows_per_chunk, passages_.size());
  const std::size_t rows = end - first;
  return {.values = {row(first), rows * row_bytes_},
          .scales = std::span(scales_).subspan(first, rows),
          .groups = std::span(hosts_).subspan(first, rows)};
}

std::vector<RankedPassage> VectorIndex::nearest_of_all(const QuantizedVector& query,
                                                       std::size_t count,
                                                       const PassageFilter& filter) const {
  const std::shared_lock lock(mutex_);
  const HostsAllowed allowed = allowed_hosts(filter);
  if (filter.passages != nullptr) return best_of_asked(query, count, filter, allowed);
  return best_of_all(query, count, allowed);
}

std::vector<RankedPassage> VectorIndex::best_of_asked(const QuantizedVector& query,
                                                      std::size_t count,
                                                      const PassageFilter& filter,
                                                      const HostsAllowed& allowed) const {
  BestPassages best(count);
  for (const std::uint64_t passage : *filter.passages) {
    const PassageTable::Entry* entry = entries_.find(passage);
    if (entry == nullptr || entry->row == PassageTable::none || allowed[entry->host] == 0) continue;
    best.offer({passage, cosine(query, entry->row)});
  }
  return best.take();
}

std::vector<RankedPassage> VectorIndex::best_of_all(const QuantizedVector& query, std::size_t count,
                                                    const HostsAllowed& allowed) const {
  std::vector<std::int32_t> dots(std::min(rows_per_chunk, passages_.size()));
  BestPassages best(count);
  for (std::size_t begin = 0; begin < passages_.size(); begin += rows_per_chunk) {
    const std::size_t rows = std::min(rows_per_chunk, passages_.size() - begin);
    embedding_->score(query.values, {row(begin), rows * row_bytes_}, std::span(dots).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      if (allowed[hosts_[begin + i]] == 0) continue;
      best.offer({passages_[begin + i], double{query.scale} * scales_[begin + i] * dots[i]});
    }
  }
  return best.take();
}

std::vector<Shortlist::Row> VectorIndex::shortlist(const Sketches::Query& query, std::size_t count,
                                                   const HostsAllowed& allowed) const {
  const Scanning scanning(scanning_);
  std::atomic<std::size_t> next = 0;
  Shortlist ours(count);
  Shortlist others(count);
  {
    std::jthread other;
    if (passages_.size() >= shared_rows_min && scanning.core_is_free()) {
      // Where no thread is to be had, this one does it all.
      try {
        other = std::jthread([&] {
          const Scanning too(scanning_);
          list_chunks(query, allowed, next, others);
        });
      } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): as said
      }
    }
    list_chunks(query, allowed, next, ours);
  }
  for (const Shortlist::Row& row : others.take()) ours.offer(row);
  return ours.take();
}

// Takes chunks from `next` on until none is left: whoever comes later does less.
void VectorIndex::list_chunks(const Sketches::Query& query, const HostsAllowed& allowed,
                              std::atomic<std::size_t>& next, Shortlist& list) const {
  std::array<float, rows_per_chunk> estimates;
  const std::size_t step = chunks_at_once * rows_per_chunk;
  while (true) {
    const std::size_t begin = next.fetch_add(step);
    if (begin >= passages_.size()) return;
    const std::size_t end = std::min(begin + step, passages_.size());
    for (std::size_t first = begin; first < end; first += rows_per_chunk) {
      const std::size_t rows = std::min(rows_per_chunk, end - first);
      sketches_->estimate(query, first, std::span(estimates).first(rows));
      for (std::size_t i = 0; i < rows; ++i) {
        if (!(estimates[i] > list.threshold()) || allowed[hosts_[first + i]] == 0) continue;
        list.offer({static_cast<std::uint32_t>(first + i), estimates[i]});
      }
    }
  }
}

std::optional<double> VectorIndex::similarity(const QuantizedVector& query,
                                              std::uint64_t passage) const {
  const std::shared_lock lock(mutex_);
  const PassageTable::Entry* entry = entries_.find(passage);
  if (entry == nullptr || entry->row == PassageTable::none) return std::nullopt;
  return cosine(query, entry->row);
}

}  // namespace seekd::cache
