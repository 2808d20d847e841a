#include "daemon/answer/stem.h"

#include <string_view>
#include <utility>

namespace seekd::daemon {
namespace {

bool has_vowel(std::string_view text) {
  return text.find_first_of("aeiouy") != std::string_view::npos;
}

}  // namespace

std::string stem(std::string word) {
  if (word.size() > 4 && (word.ends_with("ies") || word.ends_with("ied"))) {
    return word.replace(word.size() - 3, 3, "y");
  }
  if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss")) word.pop_back();
  const std::string_view whole = word;
  const std::size_t ending = whole.ends_with("ing")                             ? 3
                             : whole.ends_with("ed") && !whole.ends_with("eed") ? 2
                                                                                : 0;
  if (ending > 0 && word.size() > ending + 2 && has_vowel(whole.substr(0, word.size() - ending))) {
    word.erase(word.size() - ending);
    const bool doubled = word.size() > 3 && word.back() == word[word.size() - 2];
    if (doubled && !std::string_view("lsz").contains(word.back())) word.pop_back();
  }
  if (word.size() > 3 && word.ends_with('e')) word.pop_back();
  return word;
}

}  // namespace seekd::daemon
