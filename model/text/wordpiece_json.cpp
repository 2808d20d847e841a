#include <string>
#include <utility>

#include "model/text/json_reader.h"
#include "model/text/text_ends.h"
#include "model/text/wordpiece.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

// Ids may leave gaps; a file cannot make us allocate for more than it brings.
constexpr std::size_t kIdGapMax = 1 << 16;
constexpr std::size_t kWordCharactersMax = 10'000;

Status read_vocabulary(const JsonReader& reader, const json::object& model, WordPieceData& data) {
  const auto* vocabulary = find_object(model, "vocab");
  if (vocabulary == nullptr) return reader.corrupt("model.vocab", "no JSON object");
  const std::size_t ids = 2 * vocabulary->size() + kIdGapMax;
  data.tokens.reserve(vocabulary->size());
  for (const auto& [entry, value] : *vocabulary) {
    const auto* id = value.if_int64();
    if (entry.empty() || id == nullptr || *id < 0 || static_cast<std::uint64_t>(*id) >= ids) {
      return reader.corrupt("model.vocab", "'" + std::string(entry) + "' has an id that cannot be");
    }
    const auto at = static_cast<std::size_t>(*id);
    if (at >= data.tokens.size()) data.tokens.resize(at + 1);
    if (!data.tokens[at].empty()) return reader.corrupt("model.vocab", "two entries of one id");
    data.tokens[at] = entry;
  }
  return {};
}

Result<TokenId> id_of(const JsonReader& reader, const json::object& model, std::string_view token,
                      std::string_view field) {
  const auto* vocabulary = find_object(model, "vocab");
  const auto* id = vocabulary == nullptr ? nullptr : vocabulary->if_contains(token);
  if (token.empty() || id == nullptr) {
    return reader.corrupt(field, "'" + std::string(token) + "' is no token of the vocabulary");
  }
  return static_cast<TokenId>(id->get_int64());
}

Status read_model(const JsonReader& reader, const json::object& model, WordPieceData& data) {
  const std::string_view type = find_text(model, "type");
  if (type != "WordPiece") {
    return reader.unsupported(
        "model", "type '" + std::string(type) + "' (an encoder needs WordPiece or Unigram)");
  }
  if (auto read = read_vocabulary(reader, model, data); !read) return read;
  const auto unknown = id_of(reader, model, find_text(model, "unk_token"), "model.unk_token");
  if (!unknown) return std::unexpected(unknown.error());
  data.unknown = *unknown;
  data.continuing_prefix = find_text(model, "continuing_subword_prefix");
  if (data.continuing_prefix.empty()) {
    return reader.corrupt("model.continuing_subword_prefix", "is missing or empty");
  }
  const auto* characters = model.if_contains("max_input_chars_per_word");
  if (characters == nullptr) return {};
  const auto* count = characters->if_int64();
  if (count == nullptr || *count < 1 || *count > static_cast<std::int64_t>(kWordCharactersMax)) {
    return reader.corrupt("model.max_input_chars_per_word", "is no count from 1 to 10000");
  }
  data.word_characters_max = static_cast<std::size_t>(*count);
  return {};
}

Status read_words(const JsonReader& reader, const json::object& root, WordPieceData& data) {
  const auto* splitter = find_object(root, "pre_tokenizer");
  if (splitter == nullptr || find_text(*splitter, "type") != "BertPreTokenizer") {
    return reader.unsupported("pre_tokenizer", "another than BertPreTokenizer");
  }
  const auto* normalizer = find_object(root, "normalizer");
  if (normalizer == nullptr || find_text(*normalizer, "type") != "BertNormalizer") {
    return reader.unsupported("normalizer", "another than BertNormalizer");
  }
  const auto flag = [&](std::string_view name, bool absent) {
    return find_flag(*normalizer, name, absent);
  };
  const bool lower = flag("lowercase", true);
  data.words.clean = flag("clean_text", true) ? CleanText::yes : CleanText::no;
  data.words.ideographs =
      flag("handle_chinese_chars", true) ? SplitIdeographs::yes : SplitIdeographs::no;
  // null: as the case.
  data.words.accents = flag("strip_accents", lower) ? StripAccents::yes : StripAccents::no;
  data.words.fold = lower ? FoldCase::yes : FoldCase::no;
  return {};
}

Status read_ends(const JsonReader& reader, const json::object& root, const json::object& model,
                 WordPieceData& data) {
  const auto ends = read_text_ends(root);
  if (!ends) return reader.unsupported("post_processor", "another than \"[CLS] text [SEP]\"");
  const auto begin = id_of(reader, model, ends->begin, "post_processor");
  if (!begin) return std::unexpected(begin.error());
  const auto end = id_of(reader, model, ends->end, "post_processor");
  if (!end) return std::unexpected(end.error());
  data.ends = {*begin, *end, ends->separators};
  return {};
}

}  // namespace

Result<WordPieceData> parse_wordpiece_json(std::string_view json, std::string_view source) {
  const JsonReader reader(source);
  json::monotonic_resource memory;
  const auto root = reader.parse(json, &memory);
  if (!root) return std::unexpected(root.error());
  const auto* model = find_object(*root, "model");
  if (model == nullptr) return reader.corrupt("model", "no JSON object");
  WordPieceData data;
  Status read = read_model(reader, *model, data);
  if (read) read = read_words(reader, *root, data);
  if (read) read = read_ends(reader, *root, *model, data);
  if (!read) return std::unexpected(read.error());
  return data;
}

}  // namespace seekd::model
