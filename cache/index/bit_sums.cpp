#include "cache/index/bit_sums.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace seekd::cache {
namespace {

// What a bit of each plane is worth.
constexpr std::array<std::int32_t, bit_planes> worth{1, 2, 4, -8};

using BitSums = void (*)(std::span<const std::uint64_t>, std::span<const std::uint64_t>,
                         std::span<std::int32_t>);

#if defined(__x86_64__)

// A register is one word of eight rows, a lane the counts of one row.
__attribute__((target("avx512f,avx512vpopcntdq"))) void bit_sums_avx512(
    std::span<const std::uint64_t> planes, std::span<const std::uint64_t> blocks,
    std::span<std::int32_t> sums) {
  const std::size_t words = planes.size() / bit_planes;
  const std::uint64_t* block = blocks.data();
  for (std::size_t row = 0; row < sums.size(); row += rows_per_block) {
    __m512i counts[bit_planes];
    std::ranges::fill(counts, _mm512_setzero_si512());
    const std::uint64_t* plane = planes.data();
    for (std::size_t word = 0; word < words; ++word, block += rows_per_block) {
      const __m512i bits = _mm512_loadu_si512(block);
      for (std::size_t i = 0; i < bit_planes; ++i, ++plane) {
        const __m512i step = _mm512_set1_epi64(static_cast<long long>(*plane));
        counts[i] = _mm512_add_epi64(counts[i], _mm512_popcnt_epi64(_mm512_and_si512(bits, step)));
      }
    }
    const __m512i low = _mm512_add_epi64(counts[0], _mm512_slli_epi64(counts[1], 1));
    const __m512i high =
        _mm512_sub_epi64(_mm512_slli_epi64(counts[2], 2), _mm512_slli_epi64(counts[3], 3));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums.data() + row),
                        _mm512_cvtepi64_epi32(_mm512_add_epi64(low, high)));
  }
}

// Ones of each byte by a table of half bytes (W. Muła, N. Kurz, D. Lemire, "Faster Population
// Counts Using AVX2 Instructions", 2018), added up to a row's words.
__attribute__((target("avx2"))) __m256i ones_of(__m256i bits) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2,
                                         1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i half = _mm256_set1_epi8(0x0F);
  const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(bits, half));
  const __m256i high =
      _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), half));
  return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

__attribute__((target("avx2"))) void bit_sums_avx2(std::span<const std::uint64_t> planes,
                                                   std::span<const std::uint64_t> blocks,
                                                   std::span<std::int32_t> sums) {
  constexpr std::size_t lanes = 4;  // half a block
  const std::size_t words = planes.size() / bit_planes;
  alignas(32) std::array<std::int64_t, lanes> totals;
  for (std::size_t row = 0; row < sums.size(); row += lanes) {
    const std::uint64_t* bits =
        blocks.data() + row / rows_per_block * words * rows_per_block + row % rows_per_block;
    __m256i counts[bit_planes];
    std::ranges::fill(counts, _mm256_setzero_si256());
    const std::uint64_t* plane = planes.data();
    for (std::size_t word = 0; word < words; ++word, bits += rows_per_block) {
      const __m256i loaded = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits));
      for (std::size_t i = 0; i < bit_planes; ++i, ++plane) {
        const __m256i step = _mm256_set1_epi64x(static_cast<long long>(*plane));
        counts[i] = _mm256_add_epi64(counts[i], ones_of(_mm256_and_si256(loaded, step)));
      }
    }
    const __m256i low = _mm256_add_epi64(counts[0], _mm256_slli_epi64(counts[1], 1));
    const __m256i high =
        _mm256_sub_epi64(_mm256_slli_epi64(counts[2], 2), _mm256_slli_epi64(counts[3], 3));
    _mm256_store_si256(reinterpret_cast<__m256i*>(totals.data()), _mm256_add_epi64(low, high));
    for (std::size_t i = 0; i < lanes; ++i) sums[row + i] = static_cast<std::int32_t>(totals[i]);
  }
}

BitSums fastest() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq")) {
    return bit_sums_avx512;
  }
  return __builtin_cpu_supports("avx2") ? bit_sums_avx2 : bit_sums_portable;
}

#else

BitSums fastest() {
  return bit_sums_portable;
}

#endif

}  // namespace

void bit_sums_portable(std::span<const std::uint64_t> planes, std::span<const std::uint64_t> blocks,
                       std::span<std::int32_t> sums) {
  const std::size_t words = planes.size() / bit_planes;
  for (std::size_t row = 0; row < sums.size(); ++row) {
    const std::uint64_t* bits =
        blocks.data() + row / rows_per_block * words * rows_per_block + row % rows_per_block;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      const std::uint64_t both = bits[i / bit_planes * rows_per_block] & planes[i];
      sum += worth[i % bit_planes] * std::popcount(both);
    }
    sums[row] = sum;
  }
}

void bit_sums(std::span<const std::uint64_t> planes, std::span<const std::uint64_t> blocks,
              std::span<std::int32_t> sums) {
  static const BitSums sum = fastest();
  assert(sums.size() % rows_per_block == 0 && planes.size() % bit_planes == 0);
  assert(blocks.size() == planes.size() / bit_planes * sums.size());
  sum(planes, blocks, sums);
}

}  // namespace seekd::cache
