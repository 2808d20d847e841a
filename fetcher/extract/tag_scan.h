// What HTML text would cost a parser, told before it is parsed: its tags, and the attributes of
// each.
//
// Pure; any thread; linear in the text. The counts are never below those of the WHATWG tokenizer,
// whatever script, comment or quote a tag hides in: every '<' that could open a tag is followed as
// if it did.
#pragma once

#include <cstddef>
#include <string_view>

#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t tags_max = 400'000;      // start and end tags of one page
inline constexpr std::size_t attributes_max = 1'000;  // of one tag
// gumbo compares each attribute with all before it in its tag; this many comparisons take it about
// 0.2 s.
inline constexpr std::size_t attribute_comparisons_max = 50'000'000;

// Errors: too_large, naming the limit.
Status check_tags(std::string_view html);

}  // namespace seekd::fetcher
