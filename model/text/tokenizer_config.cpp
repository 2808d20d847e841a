#include <algorithm>
#include <optional>

#include "model/text/json_reader.h"
#include "model/text/tokenizer_json.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

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

Status parse_tokenizer_config(std::string_view json, std::string_view source, TokenizerData& data) {
  const JsonReader reader(source);
  const auto config = reader.parse(json, {});
  if (!config) return std::unexpected(config.error());
  data.bos = id_of(data, named_token(*config, "bos_token"));
  if (const auto eos = id_of(data, named_token(*config, "eos_token"))) data.eos.push_back(*eos);
  data.chat_template = chat_template(*config);
  return {};
}

}  // namespace seekd::model
