// What the four bits of IQ4_NL and IQ4_XS stand for (ggml-common.h, kvalues_iq4nl).

#pragma once

#include <array>

namespace seekd::model {

inline constexpr std::array<float, 16> iq4_values = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};

}  // namespace seekd::model
