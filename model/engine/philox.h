// Philox 4x32-10: random numbers as a function of a key and a counter.
//
// Nothing is carried from one draw to the next, so the draw for a token depends on the request's
// seed and the token's position alone, whatever else runs. Pure; any thread. Source: Salmon,
// Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011); vectors of
// Random123.

#pragma once

#include <array>
#include <cstdint>

namespace seekd::model {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

// Uniform in [0, 1), 53 random bits.
double philox_uniform(std::uint64_t seed, std::uint64_t position);

}  // namespace seekd::model
