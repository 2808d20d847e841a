#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "model/text/json_reader.h"
#include "model/text/text_ends.h"
#include "model/text/unigram.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::size_t kPieceBytesMax = 1024;
constexpr std::string_view kMark = "\u2581";
constexpr std::string_view kTwoSpacesAndMore = " {2,}";

// What the file adds beside the model: texts are never cut into these.
std::unordered_set<std::string_view> special_tokens(const json::object& root) {
  std::unordered_set<std::string_view> names;
  const auto* added = find_array(root, "added_tokens");
  if (added == nullptr) return names;
  for (const json::value& token : *added) {
    const auto* object = token.if_object();
    if (object == nullptr || !find_flag(*object, "special", false)) continue;
    names.insert(find_text(*object, "content"));
  }
  return names;
}

Status read_pieces(const JsonReader& reader, const json::object& root, const json::object& model,
                   UnigramData& data) {
  const auto* vocabulary = find_array(model, "vocab");
  if (vocabulary == nullptr) return reader.corrupt("model.vocab", "no list");
  const auto special = special_tokens(root);
  data.pieces.reserve(vocabulary->size());
  for (const json::value& entry : *vocabulary) {
    const auto* pair = entry.if_array();
    boost::system::error_code error;
    const bool sound = pair != nullptr && pair->size() == 2 && (*pair)[0].is_string();
    const double score = sound ? (*pair)[1].to_number<double>(error) : 0.0;
    if (!sound || error || !(score <= 0.0 && score > -1e6)) {
      return reader.corrupt("model.vocab", "an entry is no [text, score from -1e6 to 0]");
    }
    const std::string_view text = (*pair)[0].get_string();
    if (text.size() > kPieceBytesMax)
      return reader.corrupt("model.vocab", "a piece of over 1024 bytes");
    data.pieces.push_back({std::string(text), score, special.contains(text)});
  }
  return {};
}

Result<TokenId> id_of(const JsonReader& reader, const UnigramData& data, std::string_view token) {
  for (std::size_t id = 0; id < data.pieces.size(); ++id) {
    if (data.pieces[id].text == token && !token.empty()) return static_cast<TokenId>(id);
  }
  return reader.corrupt("post_processor",
                        "'" + std::string(token) + "' is no piece of the vocabulary");
}

Status read_model(const JsonReader& reader, const json::object& root, UnigramData& data) {
  const auto* model = find_object(root, "model");
  if (model == nullptr) return reader.corrupt("model", "no JSON object");
  const std::string_view type = find_text(*model, "type");
  if (type != "Unigram") {
    return reader.unsupported(
        "model", "type '" + std::string(type) + "' (an encoder needs WordPiece or Unigram)");
  }
  if (find_flag(*model, "byte_fallback", false)) {
    return reader.unsupported("model.byte_fallback", "true");
  }
  if (auto read = read_pieces(reader, root, *model, data); !read) return read;
  const auto* unknown = model->if_contains("unk_id");
  const auto* id = unknown == nullptr ? nullptr : unknown->if_int64();
  if (id == nullptr || *id < 0 || static_cast<std::uint64_t>(*id) >= data.pieces.size()) {
    return reader.corrupt("model.unk_id", "is no id of the vocabulary");
  }
  data.unknown = static_cast<TokenId>(*id);
  return {};
}

std::optional<UnigramStep> read_replace(const json::object& step) {
  const auto* pattern = find_object(step, "pattern");
  if (pattern == nullptr || step.if_contains("content") == nullptr) return std::nullopt;
  std::string with(find_text(step, "content"));
  if (find_text(*pattern, "Regex") == kTwoSpacesAndMore) return ReplaceSpaces{std::move(with)};
  const std::string_view what = find_text(*pattern, "String");
  if (what.empty()) return std::nullopt;
  return ReplaceText{std::string(what), std::move(with)};
}

Status read_step(const JsonReader& reader, const json::object& step, UnigramData& data) {
  const std::string_view type = find_text(step, "type");
  if (type == "Precompiled") {
    auto map = Charsmap::parse(find_text(step, "precompiled_charsmap"));
    if (!map) return reader.corrupt("precompiled_charsmap", "is none");
    data.steps.emplace_back(*std::move(map));
    return {};
  }
  if (type == "Strip") {
    data.steps.emplace_back(
        StripText{find_flag(step, "strip_left", false), find_flag(step, "strip_right", false)});
    return {};
  }
  auto replace = type == "Replace" ? read_replace(step) : std::nullopt;
  if (!replace) {
    return reader.unsupported("normalizer", "'" + std::string(type.substr(0, 40)) + "'");
  }
  data.steps.push_back(*std::move(replace));
  return {};
}

// null, one step, or a list of them.
Status read_normalizer(const JsonReader& reader, const json::object& root, UnigramData& data) {
  const auto* normalizer = find_object(root, "normalizer");
  if (normalizer == nullptr) return {};
  if (find_text(*normalizer, "type") != "Sequence") return read_step(reader, *normalizer, data);
  const auto* steps = find_array(*normalizer, "normalizers");
  if (steps == nullptr) return reader.corrupt("normalizer", "a Sequence without its list");
  for (const json::value& step : *steps) {
    const auto* object = step.if_object();
    if (object == nullptr) return reader.corrupt("normalizer", "a step that is no object");
    if (auto read = read_step(reader, *object, data); !read) return read;
  }
  return {};
}

Status read_metaspace(const JsonReader& reader, const json::object& splitter, UnigramData& data) {
  if (find_text(splitter, "type") != "Metaspace" || find_text(splitter, "replacement") != kMark) {
    return reader.unsupported("pre_tokenizer", "another than Metaspace with \u2581");
  }
  const std::string_view scheme = find_text(splitter, "prepend_scheme");
  data.mark_first =
      scheme.empty() ? find_flag(splitter, "add_prefix_space", true) : scheme != "never";
  data.split = find_flag(splitter, "split", true) ? SplitWords::at_marks : SplitWords::no;
  return {};
}

// Metaspace, or white space and then Metaspace.
Status read_splitter(const JsonReader& reader, const json::object& root, UnigramData& data) {
  const auto* splitter = find_object(root, "pre_tokenizer");
  if (splitter == nullptr) return reader.unsupported("pre_tokenizer", "none");
  if (find_text(*splitter, "type") != "Sequence") return read_metaspace(reader, *splitter, data);
  const auto* parts = find_array(*splitter, "pretokenizers");
  const bool two =
      parts != nullptr && parts->size() == 2 && (*parts)[0].is_object() && (*parts)[1].is_object();
  if (!two || find_text((*parts)[0].get_object(), "type") != "WhitespaceSplit") {
    return reader.unsupported("pre_tokenizer", "another Sequence than WhitespaceSplit, Metaspace");
  }
  if (auto read = read_metaspace(reader, (*parts)[1].get_object(), data); !read) return read;
  if (!data.mark_first) return reader.unsupported("pre_tokenizer", "words without a mark");
  data.split = SplitWords::at_white_space;
  return {};
}

Status read_ends(const JsonReader& reader, const json::object& root, UnigramData& data) {
  const auto ends = read_text_ends(root);
  if (!ends) return reader.unsupported("post_processor", "another than \"<s> text </s>\"");
  const auto begin = id_of(reader, data, ends->begin);
  if (!begin) return std::unexpected(begin.error());
  const auto end = id_of(reader, data, ends->end);
  if (!end) return std::unexpected(end.error());
  data.ends = {*begin, *end, ends->separators};
  data.pieces[static_cast<std::size_t>(*begin)].special = true;
  data.pieces[static_cast<std::size_t>(*end)].special = true;
  return {};
}

}  // namespace

Result<UnigramData> parse_unigram_json(std::string_view json, std::string_view source) {
  const JsonReader reader(source);
  json::monotonic_resource memory;
  const auto root = reader.parse(json, &memory);
  if (!root) return std::unexpected(root.error());
  UnigramData data;
  Status read = read_model(reader, *root, data);
  if (read) read = read_normalizer(reader, *root, data);
  if (read) read = read_splitter(reader, *root, data);
  if (read) read = read_ends(reader, *root, data);
  if (!read) return std::unexpected(read.error());
  return data;
}

}  // namespace seekd::model
