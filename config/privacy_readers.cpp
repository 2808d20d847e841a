#include "config/privacy_readers.h"

#include <algorithm>

#include "config/scalar_readers.h"
#include "policy/quoted.h"
#include "policy/trimmed.h"

namespace seekd::config {

Result<std::vector<policy::PrivateKind>> read_private_kinds(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  const std::vector<policy::PrivateKind> known = policy::MaskingPolicy{}.mask;
  std::vector<policy::PrivateKind> kinds;
  for (const Value& element : *list) {
    const Result<std::string> text = read_text(element);
    if (!text) return std::unexpected(text.error());
    const auto found = std::ranges::find(
        known, *text, [](policy::PrivateKind kind) { return policy::to_string(kind); });
    if (found == known.end()) {
      return refuse(element, policy::quoted(*text) + " is no kind of private data");
    }
    kinds.push_back(*found);
  }
  return kinds;
}

Result<std::vector<std::string>> read_private_words(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<std::string> words;
  for (const Value& element : *list) {
    const Result<std::string> text = read_text(element);
    if (!text) return std::unexpected(text.error());
    const std::string_view word = policy::trimmed(*text, policy::white_space);
    if (word.empty()) return refuse(element, policy::quoted(*text) + " is no word");
    words.emplace_back(word);
  }
  return words;
}

}  // namespace seekd::config
