#include "model/text/wordpiece.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

}  // namespace

WordPiece::WordPiece(WordPieceData data)
    : EncoderTokenizer(data.ends),
      word_characters_max_(data.word_characters_max),
      unknown_(data.unknown),
      words_(data.words),
      size_(data.tokens.size()) {
  for (std::size_t id = 0; id < data.tokens.size(); ++id) {
    std::string& token = data.tokens[id];
    if (token.empty()) continue;
    piece_bytes_max_ = std::max(piece_bytes_max_, token.size());
    const bool within = token.starts_with(data.continuing_prefix);
    if (within)
      continuing_.emplace(token.substr(data.continuing_prefix.size()), static_cast<TokenId>(id));
    first_.emplace(std::move(token), static_cast<TokenId>(id));
  }
}

// The longest piece first, again and again; a word with a rest that is no piece is unknown whole.
void WordPiece::encode_word(std::string_view word, std::vector<TokenId>& ids) const {
  const std::size_t before = ids.size();
  if (word.size() > word_characters_max_ && characters_in(word) > word_characters_max_) {
    ids.push_back(unknown_);
    return;
  }
  while (!word.empty()) {
    const Ids& pieces = ids.size() == before ? first_ : continuing_;
    auto found = pieces.end();
    std::size_t length = std::min(word.size(), piece_bytes_max_);
    for (; length > 0; --length) {
      if (length < word.size() && continues_character(word[length])) continue;
      found = pieces.find(word.substr(0, length));
      if (found != pieces.end()) break;
    }
    if (length == 0) {
      ids.resize(before);
      ids.push_back(unknown_);
      return;
    }
    ids.push_back(found->second);
    word.remove_prefix(length);
  }
}

std::vector<TokenId> WordPiece::pieces(std::string_view text, std::size_t count_max) const {
  const std::string normal = words_.normalize(text);
  std::vector<TokenId> ids;
  for (const std::string_view word : split_bert_words(normal)) {
    if (ids.size() >= count_max) break;
    encode_word(word, ids);
  }
  if (ids.size() > count_max) ids.resize(count_max);
  return ids;
}

double WordPiece::readable_share(std::string_view text) const {
  const std::string normal = words_.normalize(text);
  std::size_t all = 0;
  std::size_t readable = 0;
  std::vector<TokenId> ids;
  for (const std::string_view word : split_bert_words(normal)) {
    ids.clear();
    encode_word(word, ids);
    const std::size_t characters = characters_in(word);
    all += characters;
    const bool spelled_out = ids.size() > 1 && characters < 2 * ids.size();
    if (ids.front() != unknown_ && !spelled_out) readable += characters;
  }
  return all == 0 ? 1.0 : static_cast<double>(readable) / static_cast<double>(all);
}

}  // namespace seekd::model
