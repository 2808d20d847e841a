// Bit sums: dot products of one short query with many rows of bits, the inner loop of Sketches.
//
// A query component is a whole number from -8 to 7, written as four planes of bits (two's
// complement), so that a sum over a row's set bits is four counts of ones (J. Gao, C. Long,
// "RaBitQ", SIGMOD 2024, §3.3.2). Exact in every instruction set, the widest of the processor's is
// taken. Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace seekd::cache {

inline constexpr std::size_t bit_planes = 4;
// Rows lie in blocks of eight: word 0 of each, then word 1 of each, …
inline constexpr std::size_t rows_per_block = 8;

// sums[i] = the sum of the query's components where row i has a bit set.
// `planes`: [words, bit_planes], the least significant plane first.
// `blocks`: [sums / rows_per_block, words, rows_per_block].
// REQUIRES: sums.size() is a multiple of rows_per_block, the others' sizes fit it.
void bit_sums(std::span<const std::uint64_t> planes, std::span<const std::uint64_t> blocks,
              std::span<std::int32_t> sums);

// The same on any processor; what the others are tested against.
void bit_sums_portable(std::span<const std::uint64_t> planes, std::span<const std::uint64_t> blocks,
                       std::span<std::int32_t> sums);

}  // namespace seekd::cache
