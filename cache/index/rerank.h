// Rerank: the best of a search in the order that a second, closer look gives them.
//
// Any thread. Errors: those of the reranking.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "policy/passages.h"
#include "policy/reranking.h"
#include "policy/result.h"

namespace seekd::cache {

// At most `top` of the passages, which come best first: those that were judged by their judgement,
// then, where the time ended before, the rest as they were. Scores are from 0 to 1 and fall.
Result<std::vector<Passage>> rerank(std::vector<Passage> passages, const std::string& query,
                                    std::size_t top, const Reranking& reranking);

}  // namespace seekd::cache
