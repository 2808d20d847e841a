#include "model/text/added_tokens.h"

#include <algorithm>

namespace seekd::model {

AddedToken::Kind kind_of_added(std::string_view text, bool special) {
  const bool markup = text.size() > 2 && ((text.front() == '<' && text.back() == '>') ||
                                          (text.front() == '[' && text.back() == ']'));
  return special || markup ? AddedToken::Kind::control : AddedToken::Kind::text;
}

AddedTokens::AddedTokens(std::span<const AddedToken> tokens) {
  for (const AddedToken& token : tokens) {
    if (token.text.empty()) continue;
    begins_[static_cast<unsigned char>(token.text.front())] = true;
    lengths_.push_back(token.text.size());
    ids_.emplace(token.text, token.id);
  }
  std::ranges::sort(lengths_, std::greater<>());
  const auto repeated = std::ranges::unique(lengths_);
  lengths_.erase(repeated.begin(), repeated.end());
}

std::optional<AddedTokens::Match> AddedTokens::find(std::string_view text, std::size_t from) const {
  if (lengths_.empty()) return std::nullopt;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (!begins_[static_cast<unsigned char>(text[at])]) continue;
    for (const std::size_t length : lengths_) {
      if (length > text.size() - at) continue;
      const auto token = ids_.find(text.substr(at, length));
      if (token != ids_.end()) return Match{at, length, token->second};
    }
  }
  return std::nullopt;
}

std::optional<TokenId> AddedTokens::id_of(std::string_view text) const {
  const auto token = ids_.find(text);
  if (token == ids_.end()) return std::nullopt;
  return token->second;
}

}  // namespace seekd::model
