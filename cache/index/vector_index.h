// VectorIndex: every passage's host, and its vector as int8, in memory.
//
// What `vectors` holds, loaded when the cache is opened and kept in step with every batch. A search
// of few vectors looks at all. Of many it draws a shortlist by their sketches, an eighth of the
// bytes, and looks at that (docs/decisions/0018-sketches-before-vectors.md says what it misses);
// two threads do it where two cores are free. Where the embedder computes on a device, many are
// looked at there, every one. The rounding to bytes moves a cosine by some
// thousandths. Any thread: searches share, changes exclude.

#pragma once

#include <atomic>
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

#include "cache/index/best_passages.h"
#include "cache/index/device_mirror.h"
#include "cache/index/lexical_index.h"
#include "cache/index/passage_table.h"
#include "cache/index/shortlist.h"
#include "cache/index/sketches.h"
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

  // Those beside the web that have had passages since the cache was opened.
  std::set<std::string, std::less<>> collections() const;

  std::size_t waiting_count() const;
  std::size_t vector_count() const;
  std::uint64_t device_bytes() const { return device_.bytes(); }  // of its memory, for vectors

  // Does the filter let this passage pass? Not one that the index does not know.
  bool allows(const PassageFilter& filter, std::uint64_t passage) const;

  // The `count` passages whose vectors are nearest, by their cosine, in no order. From
  // sketched_rows_min vectors on one of a hundred may be missed.
  std::vector<RankedPassage> nearest(const QuantizedVector& query, std::size_t count,
                                     const PassageFilter& filter) const;

  // The cosine of one passage; nullopt while it waits.
  std::optional<double> similarity(const QuantizedVector& query, std::uint64_t passage) const;

  // `vector` as nearest() and similarity() take it: as long as a row.
  QuantizedVector query(std::span<const float> vector) const;

  // The same without sketches.
  std::vector<RankedPassage> nearest_of_all(const QuantizedVector& query, std::size_t count,
                                            const PassageFilter& filter) const;

  // From so many on there are sketches, and the device is asked: looking at all of fewer takes less
  // than a millisecond.
  static constexpr std::size_t sketched_rows_min = 32'768;

 private:
  static constexpr std::size_t rows_per_chunk = Sketches::rows_per_chunk;

  struct AlignedDelete {
    void operator()(std::int8_t* rows) const {
      ::operator delete[](rows, std::align_val_t{embedding_row_step});
    }
  };
  using Chunk = std::unique_ptr<std::int8_t[], AlignedDelete>;

  using HostsAllowed = std::vector<std::uint8_t>;  // by number

  std::uint32_t host_number(const std::string& host);
  HostsAllowed allowed_hosts(const PassageFilter& filter) const;
  std::int8_t* row(std::size_t number) const;
  std::span<const std::int8_t> row_bytes(std::size_t number) const;
  std::uint32_t append_row(std::uint64_t passage, std::uint32_t host, const VectorRecord& record);
  void remove_row(std::uint32_t row);
  void sketch_all();

  // Of them what is called holds mutex_.
  std::vector<RankedPassage> best_of_all(const QuantizedVector& query, std::size_t count,
                                         const HostsAllowed& allowed) const;
  std::vector<RankedPassage> best_of_asked(const QuantizedVector& query, std::size_t count,
                                           const PassageFilter& filter,
                                           const HostsAllowed& allowed) const;
  std::vector<Shortlist::Row> shortlist(const Sketches::Query& query, std::size_t count,
                                        const HostsAllowed& allowed) const;
  void list_chunks(const Sketches::Query& query, const HostsAllowed& allowed,
                   std::atomic<std::size_t>& next, Shortlist& list) const;
  std::optional<std::vector<RankedPassage>> nearest_on_device(const QuantizedVector& query,
                                                              std::size_t count,
                                                              const HostsAllowed& allowed) const;
  DeviceRows::Rows rows_from(std::size_t first) const;
  double cosine(const QuantizedVector& query, std::size_t row) const;

  const Embedding* embedding_;
  std::size_t row_bytes_ = 0;  // a multiple of embedding_row_step; the rest is zeros

  mutable std::shared_mutex mutex_;  // guards the rest
  PassageTable entries_;
  std::set<std::uint64_t> waiting_;
  std::vector<std::string> host_names_;  // of this run; a host whose last page went keeps its name
  std::unordered_map<std::string, std::uint32_t> host_numbers_;
  std::set<std::string, std::less<>> collections_;
  std::vector<Chunk> chunks_;            // rows without a gap
  std::vector<std::uint64_t> passages_;  // by row
  std::vector<std::uint32_t> hosts_;     // by row
  std::vector<float> scales_;            // by row
  std::optional<Sketches> sketches_;     // by row, from sketched_rows_min on
  DeviceMirror device_;                  // by row

  mutable std::atomic<unsigned> scanning_ = 0;  // threads that draw a shortlist
};

}  // namespace seekd::cache
