// VectorIndex: every passage's host, and its vector as int8, in memory.
//
// What `vectors` holds, loaded when the cache is opened and kept in step with every batch. Searches
// scan all vectors: none is missed, and a byte a component is read as fast as memory gives it. The
// rounding moves a cosine by some thousandths. Any thread: searches share, changes exclude.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cache/index/lexical_index.h"
#include "cache/record.h"
#include "policy/embedding.h"

namespace seekd::cache {

// Components become whole numbers from -127 to 127 times a scale.
struct QuantizedVector {
  float scale = 0.0F;
  std::vector<std::int8_t> values;
};
QuantizedVector quantize(std::span<const float> vector);

// Which passages a search may find; a member that is empty lets all pass.
struct PassageFilter {
  std::function<bool(std::string_view)> host;
  const std::unordered_set<std::uint64_t>* passages = nullptr;
};

class VectorIndex {
 public:
  // Without an embedding it knows hosts alone. REQUIRES: `embedding` outlives this, where given.
  explicit VectorIndex(const Embedding* embedding);

  // REQUIRES: the record's vector, where it has one, is of the embedding's dimension.
  void put(std::uint64_t passage, const VectorRecord& record);
  void remove(std::uint64_t passage);

  // The oldest passages that wait for a vector; none without an embedding.
  std::vector<std::uint64_t> waiting(std::size_t count_max) const;
  // It waits no more until the cache is opened again: it is gone, or cannot be read.
  void give_up(std::uint64_t passage);

  std::size_t waiting_count() const;
  std::size_t vector_count() const;

  // Does the filter let this passage pass? Not one that the index does not know.
  bool allows(const PassageFilter& filter, std::uint64_t passage) const;

  // The `count` passages whose vectors are nearest, by their cosine, in no order.
  std::vector<RankedPassage> nearest(const QuantizedVector& query, std::size_t count,
                                     const PassageFilter& filter) const;

  // The cosine of one passage; nullopt while it waits.
  std::optional<double> similarity(const QuantizedVector& query, std::uint64_t passage) const;

  // `vector` as nearest() and similarity() take it: as long as a row.
  QuantizedVector query(std::span<const float> vector) const;

 private:
  static constexpr std::size_t rows_per_chunk = 4096;
  static constexpr std::uint32_t no_row = UINT32_MAX;

  struct AlignedDelete {
    void operator()(std::int8_t* rows) const {
      ::operator delete[](rows, std::align_val_t{embedding_row_step});
    }
  };
  using Chunk = std::unique_ptr<std::int8_t[], AlignedDelete>;

  struct Entry {
    std::uint32_t host = 0;  // index into host_names_
    std::uint32_t row = no_row;
  };

  std::uint32_t host_number(const std::string& host);
  std::vector<bool> allowed_hosts(const PassageFilter& filter) const;
  std::int8_t* row(std::size_t number) const;
  std::uint32_t append_row(std::uint64_t passage, const VectorRecord& record);
  void remove_row(std::uint32_t row);

  const Embedding* embedding_;
  std::size_t row_bytes_ = 0;  // a multiple of embedding_row_step; the rest is zeros

  mutable std::shared_mutex mutex_;  // guards the rest
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::set<std::uint64_t> waiting_;
  std::vector<std::string> host_names_;  // of this run; a host whose last page went keeps its name
  std::unordered_map<std::string, std::uint32_t> host_numbers_;
  std::vector<Chunk> chunks_;            // rows without a gap
  std::vector<std::uint64_t> passages_;  // by row
  std::vector<std::uint32_t> hosts_;     // by row
  std::vector<float> scales_;            // by row
};

}  // namespace seekd::cache
