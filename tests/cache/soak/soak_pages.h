// The pages, words and vectors of a soak: made, since an hour wants more of them than any
// collection that is at hand has. Words come as often as in a language (Zipf). Pure functions.

#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "cache/page_cache.h"
#include "policy/embedding.h"

namespace seekd::cache {

std::string soak_url(std::uint32_t number);
std::string soak_words(std::mt19937_64& random, int count);

// Of one of `urls` URLs: some paragraphs of its own, some that change, and one with its edition.
FetchedPage soak_page(std::mt19937_64& random, std::uint32_t urls, std::uint64_t edition,
                      TimePoint now);
std::uint64_t edition_of(const StoredPage& page);

// A bag of words: each has an axis and a sign.
Embedding soak_embedding();

}  // namespace seekd::cache
