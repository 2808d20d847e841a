#include "model/text/tokenizer_json.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "model/text/byte_level.h"
#include "model/text/pre_tokenizer.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

// Ids may leave gaps, for padding; a file cannot make us allocate for more than it brings.
constexpr std::size_t kIdGapMax = 1 << 16;
constexpr std::size_t kSplittersMax = 64;

// One file being read: where errors come from.
struct Reader {
  std::string_view source;

  std::unexpected<Error> refuse(ErrorCode code, std::string_view field,
                                std::string_view what) const {
    std::string message(source);
    message.append(": ").append(field.substr(0, 60)).append(": ").append(what.substr(0, 200));
    return fail(code, std::move(message));
  }
  std::unexpected<Error> corrupt(std::string_view field, std::string_view what) const {
    return refuse(ErrorCode::corrupt, field, what);
  }
  std::unexpected<Error> unsupported(std::string_view field, std::string_view what) const {
    return refuse(ErrorCode::unsupported, field, std::string(what) + " is not served");
  }

  Result<json::object> parse(std::string_view text, json::storage_ptr memory) const;
  Status read_normalizer(const json::object& step, TokenizerData& data) const;
  Status read_pre_tokenizer(const json::object& step, TokenizerData& data) const;
  Status read_splitters(const json::object& step, TokenizerData& data) const;
  Status read_split(const json::object& step, TokenizerData& data) const;
  Status read_model(const json::object& model, TokenizerData& data) const;
  Status read_vocabulary(const json::object& model, std::size_t added, TokenizerData& data) const;
  Status read_merges(const json::array& merges, TokenizerData& data) const;
  Status read_added(const json::array& added, TokenizerData& data) const;
};

const json::object* find_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* find_array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view find_text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "";
}

bool find_flag(const json::object& object, std::string_view key, bool absent) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : absent;
}

std::string entry_bytes(std::string_view entry) {
  return from_byte_level(entry).value_or(std::string(entry));
}

Result<json::object> Reader::parse(std::string_view text, json::storage_ptr memory) const {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error, std::move(memory));
  if (error) return corrupt("file", "no JSON: " + error.message());
  if (!parsed.is_object()) return corrupt("file", "no JSON object");
  return std::move(parsed.get_object());
}

Status Reader::read_normalizer(const json::object& step, TokenizerData& data) const {
  using Kind = NormalizerStep::Kind;
  constexpr std::pair<std::string_view, Kind> kForms[] = {
      {"NFC", Kind::nfc}, {"NFD", Kind::nfd}, {"NFKC", Kind::nfkc}, {"NFKD", Kind::nfkd}};
  const std::string_view type = find_text(step, "type");
  if (const auto* steps = find_array(step, "normalizers"); type == "Sequence" && steps != nullptr) {
    for (const json::value& inner : *steps) {
      if (!inner.is_object()) return corrupt("normalizer", "a step that is no JSON object");
      if (auto read = read_normalizer(inner.get_object(), data); !read) return read;
    }
    return {};
  }
  for (const auto& [name, kind] : kForms) {
    if (type != name) continue;
    data.normalizer.push_back({kind, "", ""});
    return {};
  }
  if (type == "Strip") {
    if (find_flag(step, "strip_left", false)) data.normalizer.push_back({Kind::strip_left, "", ""});
    if (find_flag(step, "strip_right", false)) {
      data.normalizer.push_back({Kind::strip_right, "", ""});
    }
    return {};
  }
  if (type == "Prepend") {
    data.normalizer.push_back({Kind::prepend, std::string(find_text(step, "prepend")), ""});
    return {};
  }
  const auto* pattern = find_object(step, "pattern");
  if (type == "Replace" && pattern != nullptr && !find_text(*pattern, "String").empty()) {
    data.normalizer.push_back({Kind::replace, std::string(find_text(*pattern, "String")),
                               std::string(find_text(step, "content"))});
    return {};
  }
  return unsupported("normalizer", "'" + std::string(type) + "'");
}

Status Reader::read_split(const json::object& step, TokenizerData& data) const {
  const auto* pattern = find_object(step, "pattern");
  if (pattern == nullptr) return corrupt("pre_tokenizer", "a Split without a pattern");
  if (find_text(step, "behavior") != "Isolated" || find_flag(step, "invert", false)) {
    return unsupported("pre_tokenizer", "a Split that is not Isolated, or inverted");
  }
  const std::string_view regex = find_text(*pattern, "Regex");
  const std::string_view literal = find_text(*pattern, "String");
  if (regex.empty() == literal.empty())
    return corrupt("pre_tokenizer", "a Split without a pattern");
  data.patterns.push_back(regex.empty() ? literal_pattern(literal) : std::string(regex));
  return {};
}

Status Reader::read_pre_tokenizer(const json::object& step, TokenizerData& data) const {
  const std::string_view type = find_text(step, "type");
  if (type == "Split") return read_split(step, data);
  if (type == "Digits") {
    data.patterns.emplace_back(find_flag(step, "individual_digits", false) ? "\\p{N}" : "\\p{N}+");
    return {};
  }
  if (type == "ByteLevel") {
    if (find_flag(step, "add_prefix_space", true)) {
      return unsupported("pre_tokenizer", "ByteLevel with add_prefix_space");
    }
    if (find_flag(step, "use_regex", true)) data.patterns.emplace_back(gpt2_pattern());
    return {};
  }
  return unsupported("pre_tokenizer", "'" + std::string(type) + "'");
}

// ByteLevel comes last: the patterns before it see plain text.
Status Reader::read_splitters(const json::object& splitter, TokenizerData& data) const {
  json::array single;
  const auto* steps = find_array(splitter, "pretokenizers");
  if (steps == nullptr || find_text(splitter, "type") != "Sequence") {
    single.emplace_back(splitter);
    steps = &single;
  }
  if (steps->size() > kSplittersMax) return corrupt("pre_tokenizer", "more than 64 steps");
  std::string_view last;
  for (const json::value& value : *steps) {
    const auto* step = value.if_object();
    if (step == nullptr) return corrupt("pre_tokenizer", "a step that is no JSON object");
    if (last == "ByteLevel") return unsupported("pre_tokenizer", "a step after ByteLevel");
    if (auto read = read_pre_tokenizer(*step, data); !read) return read;
    last = find_text(*step, "type");
  }
  if (last != "ByteLevel")
    return unsupported("pre_tokenizer", "a vocabulary that is not byte-level");
  return {};
}

Status Reader::read_vocabulary(const json::object& model, std::size_t added,
                               TokenizerData& data) const {
  const auto* vocabulary = find_object(model, "vocab");
  if (vocabulary == nullptr) return corrupt("model.vocab", "no JSON object");
  const std::size_t ids = 2 * (vocabulary->size() + added) + kIdGapMax;
  data.tokens.reserve(vocabulary->size() + added);
  for (const auto& [entry, value] : *vocabulary) {
    const auto* id = value.if_int64();
    if (id == nullptr || *id < 0 || static_cast<std::uint64_t>(*id) >= ids) {
      return corrupt("model.vocab", "'" + std::string(entry) + "' has an id that cannot be");
    }
    const auto at = static_cast<std::size_t>(*id);
    if (at >= data.tokens.size()) data.tokens.resize(at + 1);
    if (!data.tokens[at].empty()) return corrupt("model.vocab", "two entries of one id");
    data.tokens[at] = entry_bytes(entry);
  }
  return {};
}

Status Reader::read_merges(const json::array& merges, TokenizerData& data) const {
  data.merges.reserve(merges.size());
  for (const json::value& merge : merges) {
    std::string_view left;
    std::string_view right;
    if (const auto* line = merge.if_string()) {
      const std::string_view text = *line;
      const std::size_t space = text.find(' ');
      left = text.substr(0, space);
      right = space == std::string_view::npos ? "" : text.substr(space + 1);
    } else if (const auto* pair = merge.if_array(); pair != nullptr && pair->size() == 2 &&
                                                    (*pair)[0].is_string() &&
                                                    (*pair)[1].is_string()) {
      left = (*pair)[0].get_string();
      right = (*pair)[1].get_string();
    }
    if (left.empty() || right.empty()) return corrupt("model.merges", "a merge that is no pair");
    data.merges.push_back({entry_bytes(left), entry_bytes(right)});
  }
  return {};
}

Status Reader::read_model(const json::object& model, TokenizerData& data) const {
  const std::string_view type = find_text(model, "type");
  if (!type.empty() && type != "BPE")
    return unsupported("model", "type '" + std::string(type) + "'");
  for (const std::string_view field : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!find_text(model, field).empty()) return unsupported("model", field);
  }
  if (find_flag(model, "byte_fallback", false)) return unsupported("model", "byte_fallback");
  const auto* dropout = model.if_contains("dropout");
  if (dropout != nullptr && !dropout->is_null()) return unsupported("model", "dropout");
  data.whole_words =
      find_flag(model, "ignore_merges", false) ? WholeWords::looked_up : WholeWords::by_merging;
  const auto* merges = find_array(model, "merges");
  if (merges == nullptr) return corrupt("model.merges", "no list");
  return read_merges(*merges, data);
}

Status Reader::read_added(const json::array& added, TokenizerData& data) const {
  const std::size_t ids = 2 * (data.tokens.size() + added.size()) + kIdGapMax;
  for (const json::value& value : added) {
    const auto* token = value.if_object();
    if (token == nullptr) return corrupt("added_tokens", "an entry that is no JSON object");
    const std::string text(find_text(*token, "content"));
    const auto* id_value = token->if_contains("id");
    const auto* id = id_value == nullptr ? nullptr : id_value->if_int64();
    if (text.empty() || id == nullptr || *id < 0 || static_cast<std::uint64_t>(*id) >= ids) {
      return corrupt("added_tokens", "'" + text + "' has an id that cannot be");
    }
    for (const std::string_view flag : {"lstrip", "rstrip", "single_word"}) {
      if (!find_flag(*token, flag, false)) continue;
      return unsupported("added_tokens", text + " with " + std::string(flag));
    }
    const auto at = static_cast<std::size_t>(*id);
    if (at >= data.tokens.size()) data.tokens.resize(at + 1);
    const std::string& entry = data.tokens[at];
    if (!entry.empty() && entry != text && entry != entry_bytes(text)) {
      return corrupt("added_tokens", "'" + text + "' has the id of another token");
    }
    data.tokens[at] = text;
    const bool special = find_flag(*token, "special", false);
    data.added.push_back({static_cast<TokenId>(*id), text, kind_of_added(text, special)});
  }
  return {};
}

// A token's name as a string, or as the "content" of an object.
std::string_view named_token(const json::object& config, std::string_view key) {
  if (const auto* token = find_object(config, key)) return find_text(*token, "content");
  return find_text(config, key);
}

std::optional<TokenId> id_of(const TokenizerData& data, std::string_view text) {
  const auto token = std::ranges::find(data.added, text, &AddedToken::text);
  if (token == data.added.end()) return std::nullopt;
  return token->id;
}

// A template's text, or of a list of named ones the one called "default".
std::string_view chat_template(const json::object& config) {
  const auto* named = find_array(config, "chat_template");
  if (named == nullptr) return find_text(config, "chat_template");
  for (const json::value& entry : *named) {
    const auto* object = entry.if_object();
    if (object != nullptr && find_text(*object, "name") == "default") {
      return find_text(*object, "template");
    }
  }
  return "";
}

}  // namespace

Result<TokenizerData> parse_tokenizer_json(std::string_view json, std::string_view source) {
  const Reader reader{source};
  json::monotonic_resource memory;
  const auto root = reader.parse(json, &memory);
  if (!root) return std::unexpected(root.error());
  const auto* model = find_object(*root, "model");
  const auto* splitter = find_object(*root, "pre_tokenizer");
  if (model == nullptr) return reader.corrupt("model", "no JSON object");
  if (splitter == nullptr) return reader.unsupported("pre_tokenizer", "a missing pre-tokenizer");
  const json::array none;
  const auto* added = find_array(*root, "added_tokens");
  if (added == nullptr) added = &none;
  TokenizerData data;
  Status read = reader.read_model(*model, data);
  if (read) read = reader.read_vocabulary(*model, added->size(), data);
  if (read) read = reader.read_added(*added, data);
  if (const auto* normalizer = find_object(*root, "normalizer"); read && normalizer != nullptr) {
    read = reader.read_normalizer(*normalizer, data);
  }
  if (read) read = reader.read_splitters(*splitter, data);
  if (!read) return std::unexpected(read.error());
  return data;
}

Status parse_tokenizer_config(std::string_view json, std::string_view source, TokenizerData& data) {
  const Reader reader{source};
  const auto config = reader.parse(json, {});
  if (!config) return std::unexpected(config.error());
  data.bos = id_of(data, named_token(*config, "bos_token"));
  if (const auto eos = id_of(data, named_token(*config, "eos_token"))) data.eos.push_back(*eos);
  data.chat_template = chat_template(*config);
  return {};
}

}  // namespace seekd::model
