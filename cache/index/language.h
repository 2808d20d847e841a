// Language: which stemmer a page's words are indexed with.
//
// Those that Snowball (M. F. Porter, libstemmer) has a stemmer for and whose pages are told by
// their most frequent words. Pure functions, any thread.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace seekd::cache {

// Stored with each passage: new ones go to the end.
enum class Language : std::uint8_t {
  english,  // and whatever is none of the others: their words have letters that it leaves alone
  danish,
  dutch,
  finnish,
  french,
  german,
  hungarian,
  italian,
  norwegian,
  portuguese,
  romanian,
  russian,
  spanish,
  swedish
};
inline constexpr std::size_t language_count = 14;

// As libstemmer calls it.
const char* stemmer_name(Language language);

// `declared`: BCP 47 as the page says it, believed unless the text speaks against it (templates say
// "en" on pages of every language). `sequence`: the text's beginning, as TermReader::sequence()
// gives it.
Language detect_language(std::string_view declared, std::string_view sequence);

}  // namespace seekd::cache
