#include "model/shape/schema_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/json.hpp>

#include "model/shape/schema_keywords.h"
#include "model/shape/schema_merge.h"
#include "model/shape/schema_relations.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::size_t schemas_max = 5'000;
constexpr unsigned merge_depth_max = 32;
constexpr std::size_t choices_max = 500;
constexpr std::size_t exclusive_max = 64;
constexpr std::size_t compared_properties_max = 100;

// Doubles without the exponent that a writer may do without.
std::string text_of(const json::value& value) {
  if (!value.is_double()) return json::serialize(value);
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double());
  return {digits.data(), end.ptr};
}

// The texts as one part, in which those that begin alike share their beginnings.
void add_texts(GrammarBuilder& builder, GrammarBuilder::RuleId rule,
               const std::vector<std::string>& texts) {
  const StateId first = builder.state();
  builder.alternative(rule, first);
  std::map<std::pair<StateId, char>, StateId> known;
  for (const std::string& text : texts) {
    StateId at = first;
    for (const char c : text) {
      if (builder.full()) return;
      const auto [found, fresh] = known.try_emplace({at, c}, 0);
      if (fresh) {
        found->second = builder.state();
        builder.byte(at, c, found->second);
      }
      at = found->second;
    }
    builder.end(at);
  }
}

}  // namespace

SchemaReader::SchemaReader(GrammarBuilder& builder, const Value& schema, Strictness strictness,
                           SchemaWork& work)
    : builder_(builder), strings_(builder), root_(schema), strictness_(strictness), work_(work) {}

SchemaResult<SchemaReader::RuleId> SchemaReader::read() {
  const RuleId root = rule_of(root_, "");
  for (std::size_t done = 0; !waiting_.empty(); ++done) {
    const Waiting next = std::move(waiting_.back());
    waiting_.pop_back();
    if (done >= schemas_max || builder_.full()) {
      refuse(ErrorCode::too_large, next.path, "is too large: name less, or allow shorter texts");
    } else {
      read(next);
    }
    if (fault_) return std::unexpected(*fault_);
  }
  return root;
}

SchemaReader::RuleId SchemaReader::rule_of(const Value& schema, std::string path) {
  const auto [found, fresh] = rules_.try_emplace(&schema, 0);
  if (fresh) {
    found->second = builder_.rule();
    waiting_.push_back({&schema, std::move(path), found->second});
  }
  return found->second;
}

const json::value& SchemaReader::own(Value value) {
  owned_.push_back(std::move(value));
  return owned_.back();
}

bool SchemaReader::refuse(ErrorCode code, std::string at, std::string message) {
  if (!fault_) fault_ = SchemaFault{code, std::move(at), std::move(message)};
  return false;
}

bool SchemaReader::unsupported(const std::string& path, std::string_view word) {
  return refuse(ErrorCode::unsupported, path + "." + std::string(word),
                "cannot be honoured by this version");
}

bool SchemaReader::read(const Waiting& next) {
  if (const bool* any = next.schema->if_bool()) {
    // A schema of nothing has no alternative.
    if (*any) builder_.alternatives_of(next.rule, any_value());
    return true;
  }
  const Object* schema = next.schema->if_object();
  if (schema == nullptr) {
    return refuse(ErrorCode::invalid_argument, next.path, "must be an object or a boolean");
  }
  return known(*schema, next.path) && read_object(*schema, next);
}

bool SchemaReader::known(const Object& schema, const std::string& path) {
  for (const auto& [word, value] : schema) {
    if (!is_known_keyword(word)) return unsupported(path, word);
  }
  return true;
}

bool SchemaReader::read_object(const Object& schema, const Waiting& next) {
  const bool refers = schema.contains("$ref");
  if (refers && std::ranges::count_if(
                    schema, [](const auto& word) { return !is_annotation(word.key()); }) == 1) {
    const auto target = find(schema, next.path);
    if (target) builder_.alternatives_of(next.rule, rule_of(*target->schema, target->path));
    return target.has_value();
  }
  if (refers || schema.contains("allOf")) {
    auto whole = flattened(schema, next.path, 0);
    if (!whole) return !fault_;
    builder_.alternatives_of(next.rule, rule_of(own(std::move(*whole)), next.path));
    return true;
  }
  for (const std::string_view word : {"anyOf", "oneOf"}) {
    if (schema.contains(word)) return read_choice(schema, word, next);
  }
  if (schema.contains("enum") || schema.contains("const")) return read_values(schema, next);
  return read_types(schema, next);
}

// Each alternative with what stands beside it.
bool SchemaReader::read_choice(const Object& schema, std::string_view word, const Waiting& next) {
  const std::string path = next.path + "." + std::string(word);
  const json::array* all = schema.at(word).if_array();
  if (all == nullptr || all->empty()) {
    return refuse(ErrorCode::invalid_argument, path, "must be an array of schemas");
  }
  if (all->size() > choices_max) {
    return refuse(ErrorCode::too_large, path, "has more than 500 schemas");
  }
  if (word == "oneOf" && !exclusive(*all, path)) return false;
  Object beside;
  for (const auto& [name, value] : schema) {
    if (name != word && !is_annotation(name)) beside.emplace(name, value);
  }
  for (std::size_t index = 0; index < all->size(); ++index) {
    const Value& one = (*all)[index];
    const std::string here = path + "[" + std::to_string(index) + "]";
    if (beside.empty()) {
      builder_.alternatives_of(next.rule, rule_of(one, here));
      continue;
    }
    const Value joined = Object{{"allOf", json::array{beside, one}}};
    auto whole = flattened(joined.get_object(), here, 0);
    if (!whole && fault_) return false;
    if (whole) builder_.alternatives_of(next.rule, rule_of(own(std::move(*whole)), here));
  }
  return true;
}

bool SchemaReader::read_values(const Object& schema, const Waiting& next) {
  for (const auto& [word, value] : schema) {
    const bool read = is_annotation(word) || word == "enum" || word == "const" || word == "type";
    if (!read) return unsupported(next.path, word);
  }
  const Value* only = schema.if_contains("const");
  const Value* listed = schema.if_contains("enum");
  if (listed != nullptr && (!listed->is_array() || listed->get_array().empty())) {
    return refuse(ErrorCode::invalid_argument, next.path + ".enum", "must be an array of values");
  }
  std::vector<std::string> texts;
  const auto add = [&](const Value& value) {
    const bool both = only == nullptr || *only == value;
    if (both && may_be(schema, type_of_value(value))) texts.push_back(text_of(value));
  };
  if (listed == nullptr) {
    add(*only);
  } else {
    for (const Value& value : listed->get_array()) add(value);
  }
  if (!texts.empty()) add_texts(builder_, next.rule, texts);
  return true;
}

bool SchemaReader::types_named(const Object& schema, const std::string& path,
                               std::vector<std::string_view>& types) {
  const Value* named = schema.if_contains("type");
  if (named == nullptr) {
    // Of other types than those it speaks of anything is valid, and nothing is lost without them.
    for (const auto& [word, value] : schema) {
      const std::string_view type = type_of_keyword(word);
      if (!type.empty() && std::ranges::find(types, type) == types.end()) types.push_back(type);
    }
    return true;
  }
  const auto add = [&](const Value& name) {
    const auto* const known =
        name.is_string() ? std::ranges::find(schema_types, std::string_view(name.get_string()))
                         : schema_types.end();
    if (known == schema_types.end()) {
      return refuse(ErrorCode::invalid_argument, path + ".type",
                    "must be object, array, string, number, integer, boolean or null, or an array "
                    "of these");
    }
    types.push_back(*known);
    return true;
  };
  if (!named->is_array()) return add(*named);
  return std::ranges::all_of(named->get_array(), add);
}

bool SchemaReader::read_types(const Object& schema, const Waiting& next) {
  std::vector<std::string_view> types;
  if (!types_named(schema, next.path, types)) return false;
  if (types.empty() && !schema.contains("type")) {
    builder_.alternatives_of(next.rule, any_value());
    return true;
  }
  return std::ranges::all_of(types,
                             [&](std::string_view type) { return read_type(type, schema, next); });
}

bool SchemaReader::read_type(std::string_view type, const Object& schema, const Waiting& next) {
  if (type == "object") return add_members(schema, next);
  if (type == "array") return add_items(schema, next);
  if (type == "string") return add_string(schema, next);
  if (type == "number" || type == "integer") return add_numeric(type, schema, next);
  if (type == "null") {
    add_texts(builder_, next.rule, {"null"});
  } else {
    add_texts(builder_, next.rule, {"false", "true"});
  }
  return true;
}

SchemaReader::RuleId SchemaReader::any_value() {
  if (!any_) {
    const Value& schema =
        own(Object{{"type", {"object", "array", "string", "number", "boolean", "null"}}});
    any_schema_ = &schema.get_object();
    any_ = rule_of(schema, "");
  }
  return *any_;
}

// What `$ref` names: a JSON Pointer into the schema (RFC 6901).
std::optional<SchemaReader::Target> SchemaReader::find(const Object& schema,
                                                       const std::string& path) {
  const Value& named = schema.at("$ref");
  const std::string_view pointer =
      named.is_string() ? std::string_view(named.get_string()) : std::string_view();
  if (pointer.empty() || pointer.front() != '#') {
    refuse(ErrorCode::unsupported, path + ".$ref",
           "must name a part of this schema: \"#/$defs/…\"");
    return std::nullopt;
  }
  boost::system::error_code error;
  const Value* target = root_.find_pointer(pointer.substr(1), error);
  if (target == nullptr || error) {
    refuse(ErrorCode::invalid_argument, path + ".$ref", "names a part that is not there");
    return std::nullopt;
  }
  std::string place(pointer.substr(1));
  std::ranges::replace(place, '/', '.');
  return Target{target, std::move(place)};
}

// Without `$ref` and `allOf`; nullopt without a fault where nothing is valid.
std::optional<json::object> SchemaReader::flattened(const Object& schema, const std::string& path,
                                                    unsigned depth) {
  const std::size_t bytes = json::serialize(schema).size();
  const bool too_much = bytes > work_.merged_bytes;
  work_.merged_bytes -= std::min(bytes, work_.merged_bytes);
  if (depth > merge_depth_max || too_much) {
    refuse(ErrorCode::too_large, path, "joins too many schemas by $ref and allOf");
    return std::nullopt;
  }
  Object whole;
  for (const auto& [word, value] : schema) {
    const bool part = word == "$ref" || word == "allOf" || is_annotation(word);
    if (!part) whole.emplace(word, value);
  }
  std::vector<Target> parts;
  if (schema.contains("$ref")) {
    const auto target = find(schema, path);
    if (!target) return std::nullopt;
    parts.push_back(*target);
  }
  if (const Value* all = schema.if_contains("allOf")) {
    if (!all->is_array() || all->get_array().empty()) {
      refuse(ErrorCode::invalid_argument, path + ".allOf", "must be an array of schemas");
      return std::nullopt;
    }
    for (const Value& one : all->get_array()) parts.push_back({&one, path});
  }
  for (const Target& part : parts) {
    if (part.schema->is_bool() && part.schema->get_bool()) continue;
    if (!part.schema->is_object()) return std::nullopt;
    if (!known(part.schema->get_object(), part.path)) return std::nullopt;
    const auto inner = flattened(part.schema->get_object(), part.path, depth + 1);
    if (!inner) return std::nullopt;
    auto joined = merge_schemas(whole, *inner, path);
    if (!joined) {
      fault_ = joined.error();
      return std::nullopt;
    }
    whole = std::move(*joined);
  }
  return whole;
}

// Where no value is of two of them, `oneOf` is `anyOf`.
bool SchemaReader::exclusive(const json::array& all, const std::string& path) {
  std::vector<Object> flat;
  for (const Value& one : all) {
    if (!one.is_object()) return refuse(ErrorCode::unsupported, path, "must hold objects");
    auto whole = flattened(one.get_object(), path, 0);
    if (fault_) return false;
    if (whole) flat.push_back(std::move(*whole));
  }
  const auto is_large = [](const Object& schema) {
    const auto over = [&](std::string_view word) {
      const Value* named = schema.if_contains(word);
      if (named == nullptr) return false;
      return named->is_object()
                 ? named->get_object().size() > compared_properties_max
                 : named->is_array() && named->get_array().size() > compared_properties_max;
    };
    return over("properties") || over("required");
  };
  if (flat.size() > exclusive_max || std::ranges::any_of(flat, is_large)) {
    return refuse(ErrorCode::too_large, path,
                  "has more than 64 schemas, or one with more than "
                  "100 properties: use anyOf");
  }
  for (std::size_t i = 0; i < flat.size(); ++i) {
    for (std::size_t k = i + 1; k < flat.size(); ++k) {
      if (are_disjoint(flat[i], flat[k])) continue;
      return refuse(ErrorCode::unsupported, path,
                    "may hold two of its schemas for one value: give them other types, or a "
                    "required property with another const each, or use anyOf");
    }
  }
  return true;
}

}  // namespace seekd::model
