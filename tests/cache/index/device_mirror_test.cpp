// What is sent to a device, and what becomes of a search when the device fails.

#include "cache/index/device_mirror.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "cache/index/vector_index.h"
#include "tests/cache/index/word_embedding.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

struct DeviceState {
  std::vector<std::int8_t> first_values;  // of each row
  std::size_t sent = 0;                   // rows, all told
  std::size_t room = SIZE_MAX;
};

// A device that keeps a row's first component, and finds the greatest.
class PlainRows : public DeviceRows {
 public:
  explicit PlainRows(DeviceState& state) : state_(state) {}

  Status put(std::size_t first, const Rows& rows) override {
    const std::size_t count = rows.scales.size();
    if (first + count > state_.room) return fail(ErrorCode::too_large, "the device is full");
    state_.first_values.resize(std::max(size(), first + count));
    for (std::size_t i = 0; i < count; ++i) {
      state_.first_values[first + i] = rows.values[i * (rows.values.size() / count)];
    }
    state_.sent += count;
    return {};
  }
  void shrink(std::size_t count) override { state_.first_values.resize(count); }
  std::size_t size() const override { return state_.first_values.size(); }
  std::uint64_t bytes() const override { return size(); }
  Result<std::vector<std::uint32_t>> nearest(std::span<const std::int8_t> /*query*/,
                                             std::size_t count,
                                             std::span<const std::uint8_t> /*allowed*/) override {
    std::vector<std::uint32_t> rows(size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::ranges::stable_sort(rows, std::ranges::greater{},
                             [&](std::uint32_t row) { return state_.first_values[row]; });
    rows.resize(std::min(rows.size(), count));
    return rows;
  }

 private:
  DeviceState& state_;
};

Embedding embedding_on(DeviceState& state) {
  Embedding embedding = embedding_of(std::make_shared<WordEmbedding>());
  embedding.device_rows = [&](std::size_t) -> Result<std::unique_ptr<DeviceRows>> {
    return std::make_unique<PlainRows>(state);
  };
  return embedding;
}

// One component tells them apart: the first.
VectorRecord record_of(std::int8_t first, std::size_t dimension) {
  VectorRecord record{.host = "a.org", .scale = 0.01F, .values = {}};
  record.values.assign(dimension, 0);
  record.values[0] = first;
  return record;
}

QuantizedVector along_first(const VectorIndex& index, std::size_t dimension) {
  std::vector<float> vector(dimension, 0.0F);
  vector[0] = 1.0F;
  return index.query(vector);
}

}  // namespace

TEST_CASE("A device is sent what changed and no more, and has then what the index has") {
  DeviceState state;
  const Embedding embedding = embedding_on(state);
  VectorIndex index(&embedding);
  const QuantizedVector query = along_first(index, embedding.dimension);
  const std::size_t count = VectorIndex::sketched_rows_min + 5000;
  for (std::uint64_t passage = 0; passage < count; ++passage) {
    index.put(passage, record_of(static_cast<std::int8_t>(passage % 100), embedding.dimension));
  }
  index.nearest(query, 1, {});
  CHECK(state.sent == count);
  CHECK(index.device_bytes() == count);
  index.put(count, record_of(120, embedding.dimension));
  index.remove(7);  // the new one takes its row
  index.remove(8);
  const auto found = index.nearest(query, 1, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].passage == count);
  CHECK(state.sent == count + 2);
  CHECK(state.first_values.size() == index.vector_count());
}

TEST_CASE("A device that is full is let go, and the processor finds the same") {
  DeviceState state{.first_values = {}, .sent = 0, .room = 20'000};
  const Embedding embedding = embedding_on(state);
  VectorIndex index(&embedding);
  const QuantizedVector query = along_first(index, embedding.dimension);
  for (std::uint64_t passage = 0; passage <= VectorIndex::sketched_rows_min; ++passage) {
    index.put(passage, record_of(passage == 4321 ? 127 : 1, embedding.dimension));
  }
  const auto found = index.nearest(query, 1, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].passage == 4321);
  CHECK(index.device_bytes() == 0);
}
