// Embedding: what a store of passages is given to search them by meaning. It knows nothing of how
// it is done: model/ makes it, cache/ uses it.
//
// Plain functions; any thread may call any of them, several at once.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd {

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
};

inline constexpr std::size_t embedding_row_step = 64;  // a register of the widest processors

}  // namespace seekd
