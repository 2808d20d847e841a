// Ids of calls: unique within a conversation, since each of its answers has another prompt.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "model/text/tokenizer.h"

namespace seekd::model {

// Of one answer.
std::uint64_t call_seed(std::span<const TokenId> prompt, std::uint64_t seed);

// "call_" and 24 digits of base 16, for the answer's call of that index.
std::string call_id(std::uint64_t call_seed, std::size_t index);

}  // namespace seekd::model
