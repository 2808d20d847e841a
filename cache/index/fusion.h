// Fusion: one ranking of what is found by words and what is found by meaning.
//
// A convex combination of normalised scores (S. Bruch, S. Gai, A. Ingber, "An Analysis of Fusion
// Functions for Hybrid Retrieval", 2022), which keeps how far apart two scores are; ranks alone
// (reciprocal rank fusion) forget it. Pure functions, any thread.

#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cache/index/lexical_index.h"

namespace seekd::cache {

// The weight of meaning against words, 0 to 1. Cross-validated on SciFact's 300 queries with
// all-MiniLM-L6-v2 (docs/measurements.md).
inline constexpr double dense_weight = 0.4;

// The passages of both lists in no order, their scores from 0 to 1. `lexical`: BM25 of the best
// that hold a word of the query; `dense`: cosines of the nearest. `similarity` gives the cosine of
// any passage, nullopt while it waits to be embedded: such a one is ranked by its words alone.
// Without a `dense` one, `lexical` as it is.
std::vector<RankedPassage> fuse(
    const std::vector<RankedPassage>& lexical, const std::vector<RankedPassage>& dense,
    const std::function<std::optional<double>(std::uint64_t)>& similarity);

}  // namespace seekd::cache
