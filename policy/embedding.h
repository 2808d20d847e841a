// Embedding: what a store of passages is given to search them by meaning. It knows nothing of how
// it is done: model/ makes it, cache/ uses it.
//
// Plain functions; any thread may call any of them, several at once. DeviceRows: one thread at a
// time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd {

// Rows of vectors on the device that the embedder computes on, searched there.
class DeviceRows {
 public:
  // Consecutive rows. `groups`: a number each, by which a search leaves rows out.
  struct Rows {
    std::span<const std::int8_t> values;  // [rows, dimension of a row]
    std::span<const float> scales;        // [rows]
    std::span<const std::uint32_t> groups;
  };

  virtual ~DeviceRows() = default;

  // The rows from `first` on become these. Errors: too_large (the device has no room for them),
  // internal; what is held is then of no more use. REQUIRES: first is at most size().
  virtual Status put(std::size_t first, const Rows& rows) = 0;

  // Only the first `count` rows are left. REQUIRES: count is at most size().
  virtual void shrink(std::size_t count) = 0;

  virtual std::size_t size() const = 0;
  virtual std::uint64_t bytes() const = 0;  // of the device's memory

  // The `count` rows whose products with `query` are greatest, of the groups that are allowed, in
  // no order; all where there are fewer. Products are rounded: of about equal ones some may be
  // others. `allowed`: by group; empty allows all. Errors: too_large, internal.
  virtual Result<std::vector<std::uint32_t>> nearest(std::span<const std::int8_t> query,
                                                     std::size_t count,
                                                     std::span<const std::uint8_t> allowed) = 0;
};

struct Embedding {
  std::string fingerprint;    // vectors of one are comparable, of two not
  std::size_t dimension = 0;  // of a vector

  // Vectors of length 1, [texts, dimension], row after row. Errors: those of the model.
  std::function<Result<std::vector<float>>(std::span<const std::string>)> embed_passages;
  std::function<Result<std::vector<float>>(const std::string&)> embed_query;

  // Whether a query is in a language that the model knows: what it does not know, it embeds without
  // sense.
  std::function<bool(std::string_view)> reads;

  // scores[i] = the dot product of `query` and row i of `rows`. REQUIRES: rows.size() is
  // query.size() · scores.size(), and query.size() a multiple of embedding_row_step.
  std::function<void(std::span<const std::int8_t> query, std::span<const std::int8_t> rows,
                     std::span<std::int32_t> scores)>
      score;

  // An empty set of rows of `row_bytes` each on the embedder's device; empty where that is the
  // processor.
  std::function<Result<std::unique_ptr<DeviceRows>>(std::size_t row_bytes)> device_rows;
};

inline constexpr std::size_t embedding_row_step = 64;  // a register of the widest processors

}  // namespace seekd
