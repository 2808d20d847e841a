// Dot products of one int8 vector with many: the scan of a search by meaning.
//
// Exact in every instruction set. Any thread.

#pragma once

#include <cstdint>
#include <span>

namespace seekd::model {

// scores[i] = query · rows[i · query.size() … ). REQUIRES: rows.size() is query.size() ·
// scores.size(); query.size() is a multiple of 64 and at most 65536, so that no sum overflows.
void dot_int8(std::span<const std::int8_t> query, std::span<const std::int8_t> rows,
              std::span<std::int32_t> scores);

}  // namespace seekd::model
