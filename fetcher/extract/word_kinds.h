// What a word is typical of: the furniture of web pages is written in few words.
//
// Pure; any thread. Words of several languages share a kind, so that what is learned of one
// language holds for another.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace seekd::fetcher {

enum class WordKind : std::uint8_t {
  legal,       // copyright, privacy, cookies
  sharing,     // share, follow, the names of social networks
  account,     // log in, subscribe, newsletter
  commerce,    // cart, price, shipping
  navigation,  // next, menu, home, skip
  related,     // related, popular, recommended
  comments,    // comment, reply
  date,        // names of months, "ago", "published"
};
inline constexpr auto word_kind_names = std::to_array<std::string_view>(
    {"legal", "sharing", "account", "commerce", "navigation", "related", "comments", "date"});
inline constexpr std::size_t word_kinds = word_kind_names.size();

using WordKindCounts = std::array<float, word_kinds>;

// `word` is in lower case.
void count_word(std::string_view word, WordKindCounts& counts);

// The phrases of Chinese, Japanese and Korean in a label; a longer text is looked at no further.
void count_phrases(std::string_view text, WordKindCounts& counts);

}  // namespace seekd::fetcher
