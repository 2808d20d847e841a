#include "model/kernels/dot_int8.h"

#include <array>
#include <cassert>
#include <cstddef>
#include <numeric>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace seekd::model {
namespace {

using Dot = std::int32_t (*)(const std::int8_t*, const std::int8_t*, std::size_t);

std::int32_t dot_portable(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += std::int32_t{a[i]} * b[i];
  return sum;
}

#if defined(__x86_64__)

// VNNI multiplies unsigned by signed bytes: the query is moved up by 128, and 128 times the row's
// sum is taken off again.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) std::int32_t dot_vnni(const std::int8_t* a,
                                                                             const std::int8_t* b,
                                                                             std::size_t size) {
  const __m512i up = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i products = _mm512_setzero_si512();
  __m512i sums = _mm512_setzero_si512();
  for (std::size_t i = 0; i < size; i += 64) {
    const __m512i row = _mm512_loadu_si512(b + i);
    products = _mm512_dpbusd_epi32(products, _mm512_xor_si512(_mm512_loadu_si512(a + i), up), row);
    sums = _mm512_dpbusd_epi32(sums, up, row);
  }
  // By hand: GCC 12 warns of its own reduction.
  alignas(64) std::array<std::int32_t, 16> lanes;
  _mm512_store_si512(lanes.data(), _mm512_sub_epi32(products, sums));
  return std::accumulate(lanes.begin(), lanes.end(), 0);
}

__attribute__((target("avx2"))) std::int32_t dot_avx2(const std::int8_t* a, const std::int8_t* b,
                                                      std::size_t size) {
  __m256i sum = _mm256_setzero_si256();
  for (std::size_t i = 0; i < size; i += 16) {
    const __m128i* x = reinterpret_cast<const __m128i*>(a + i);
    const __m128i* y = reinterpret_cast<const __m128i*>(b + i);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(x)),
                                                  _mm256_cvtepi8_epi16(_mm_loadu_si128(y))));
  }
  alignas(32) std::array<std::int32_t, 8> lanes;
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes.data()), sum);
  return std::accumulate(lanes.begin(), lanes.end(), 0);
}

Dot fastest() {
  if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw")) return dot_vnni;
  return __builtin_cpu_supports("avx2") ? dot_avx2 : dot_portable;
}

#else

Dot fastest() {
  return dot_portable;
}

#endif

}  // namespace

void dot_int8(std::span<const std::int8_t> query, std::span<const std::int8_t> rows,
              std::span<std::int32_t> scores) {
  static const Dot dot = fastest();
  assert(query.size() % 64 == 0 && rows.size() == query.size() * scores.size());
  const std::int8_t* row = rows.data();
  for (std::int32_t& score : scores) {
    score = dot(query.data(), row, query.size());
    row += query.size();
  }
}

}  // namespace seekd::model
