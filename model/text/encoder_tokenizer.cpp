#include "model/text/encoder_tokenizer.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "model/text/json_reader.h"
#include "model/text/unigram.h"
#include "model/text/wordpiece.h"
#include "model/weights/input_file.h"

namespace seekd::model {
namespace {

constexpr std::uint64_t kFileBytesMax = 64U << 20;

// What is no tokenizer.json has none.
bool has_unigram_model(std::string_view text) {
  boost::json::monotonic_resource memory;
  const auto root = JsonReader("tokenizer.json").parse(text, &memory);
  const auto* model = root ? find_object(*root, "model") : nullptr;
  return model != nullptr && find_text(*model, "type") == "Unigram";
}

}  // namespace

Result<std::unique_ptr<EncoderTokenizer>> EncoderTokenizer::load(
    const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "tokenizer.json";
  const auto text = read_text_file(path, kFileBytesMax);
  if (!text) return std::unexpected(text.error());
  if (has_unigram_model(*text)) {
    auto unigrams = parse_unigram_json(*text, path.string());
    if (!unigrams) return std::unexpected(unigrams.error());
    return std::make_unique<Unigram>(*std::move(unigrams));
  }
  auto pieces = parse_wordpiece_json(*text, path.string());
  if (!pieces) return std::unexpected(pieces.error());
  return std::make_unique<WordPiece>(*std::move(pieces));
}

std::vector<TokenId> EncoderTokenizer::encode(std::string_view text, std::size_t tokens_max) const {
  assert(tokens_max >= 2);
  std::vector<TokenId> ids{ends_.begin};
  const std::vector<TokenId> own = pieces(text, tokens_max - 2);
  ids.insert(ids.end(), own.begin(), own.end());
  ids.push_back(ends_.end);
  return ids;
}

TokenPair EncoderTokenizer::encode_pair(std::string_view first, std::string_view second,
                                        std::size_t tokens_max) const {
  const std::size_t room = tokens_max - 2 - ends_.separators;
  assert(tokens_max >= pair_tokens_min);
  std::vector<TokenId> a = pieces(first, room);
  std::vector<TokenId> b = pieces(second, room);
  if (a.size() + b.size() > room) {
    const std::size_t half = room / 2;
    const std::size_t kept = a.size() <= half ? a.size() : std::max(half, room - b.size());
    a.resize(std::min(a.size(), kept));
    b.resize(std::min(b.size(), room - a.size()));
  }
  TokenPair pair{.ids = {ends_.begin}, .second = 0};
  pair.ids.insert(pair.ids.end(), a.begin(), a.end());
  pair.ids.insert(pair.ids.end(), ends_.separators, ends_.end);
  pair.second = pair.ids.size();
  pair.ids.insert(pair.ids.end(), b.begin(), b.end());
  pair.ids.push_back(ends_.end);
  return pair;
}

}  // namespace seekd::model
