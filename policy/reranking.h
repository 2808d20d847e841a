// Reranking: what a store of passages is given to judge the best of a search once more, each beside
// the query. It knows nothing of how it is done: model/ makes it, cache/ uses it.
//
// Plain functions; any thread may call them, several at once.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "policy/result.h"

namespace seekd {

struct Reranking {
  std::size_t candidates = 0;  // how many of the best are judged

  // How well the passages answer the query, 0 to 1, the first ones' as far as the time allowed that
  // it was made with. Errors: those of the model.
  std::function<Result<std::vector<float>>(const std::string& query,
                                           std::span<const std::string> passages)>
      judge;
};

}  // namespace seekd
