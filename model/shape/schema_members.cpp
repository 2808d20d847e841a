// What SchemaReader reads of objects and arrays.

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "model/shape/schema_reader.h"

namespace seekd::model {

namespace json = boost::json;

namespace {

constexpr std::size_t properties_max = 2'000;
constexpr std::size_t name_bytes_max = 256;

}  // namespace

bool SchemaReader::add_members(const Object& schema, const Waiting& next) {
  std::vector<Property> all;
  std::optional<RuleId> rest;
  if (!read_properties(schema, next.path, all, rest)) return false;
  if (!require(schema, next.path, all, rest)) return false;
  if (strictness_ == Strictness::strict && &schema != any_schema_ &&
      !is_strict(schema, all, next.path)) {
    return false;
  }
  write_members(next.rule, all, rest);
  return true;
}

bool SchemaReader::read_properties(const Object& schema, const std::string& path,
                                   std::vector<Property>& all, std::optional<RuleId>& rest) {
  if (const Value* named = schema.if_contains("properties")) {
    if (!named->is_object()) {
      return refuse(ErrorCode::invalid_argument, path + ".properties", "must be an object");
    }
    if (named->get_object().size() > properties_max) {
      return refuse(ErrorCode::too_large, path + ".properties", "has more than 2000 names");
    }
    for (const auto& [name, value] : named->get_object()) {
      if (name.size() > name_bytes_max) {
        return refuse(ErrorCode::too_large, path + ".properties", "has a name of over 256 bytes");
      }
      const std::string here = path + ".properties." + std::string(name);
      all.push_back({std::string(name), rule_of(value, here), false});
    }
  }
  // What is not named is left out where properties are, unless it is asked for.
  const Value* others = schema.if_contains("additionalProperties");
  if (others != nullptr) {
    const bool none = *others == Value(false);
    if (!none) rest = rule_of(*others, path + ".additionalProperties");
  } else if (all.empty()) {
    rest = any_value();
  }
  return true;
}

bool SchemaReader::require(const Object& schema, const std::string& path,
                           std::vector<Property>& all, const std::optional<RuleId>& rest) {
  const Value* names = schema.if_contains("required");
  if (names == nullptr) return true;
  const std::string at = path + ".required";
  const json::array* list = names->if_array();
  if (list == nullptr ||
      !std::ranges::all_of(*list, [](const Value& name) { return name.is_string(); })) {
    return refuse(ErrorCode::invalid_argument, at, "must be an array of names");
  }
  if (list->size() > properties_max) {
    return refuse(ErrorCode::too_large, at, "has more than 2000 names");
  }
  for (const Value& name : *list) {
    if (name.get_string().size() > name_bytes_max) {
      return refuse(ErrorCode::too_large, at, "has a name of over 256 bytes");
    }
    const auto found = std::ranges::find(all, std::string_view(name.get_string()), &Property::name);
    if (found != all.end()) {
      found->required = true;
    } else if (schema.if_contains("additionalProperties") != nullptr && !rest) {
      return refuse(
          ErrorCode::invalid_argument, at,
          "names '" + std::string(name.get_string()) + "', which additionalProperties forbids");
    } else {
      all.push_back({std::string(name.get_string()), rest ? *rest : any_value(), true});
    }
  }
  return true;
}

bool SchemaReader::is_strict(const Object& schema, const std::vector<Property>& all,
                             const std::string& path) {
  const Value* rest = schema.if_contains("additionalProperties");
  if (rest == nullptr || *rest != Value(false)) {
    return refuse(ErrorCode::invalid_argument, path + ".additionalProperties",
                  "must be false where strict is true");
  }
  const auto optional = std::ranges::find(all, false, &Property::required);
  if (optional == all.end()) return true;
  return refuse(
      ErrorCode::invalid_argument, path + ".required",
      "must name '" + optional->name + "': all properties are required where strict is true");
}

StateId SchemaReader::behind_space(StateId from) {
  const StateId behind = builder_.state();
  builder_.byte(from, ' ', behind);
  builder_.skip(from, behind);
  return behind;
}

// `"name": value`
void SchemaReader::write_member(StateId from, std::string_view name, RuleId value, StateId to) {
  const StateId colon = builder_.state();
  builder_.text(from, json::serialize(json::string(name)) + ":", colon);
  builder_.call(behind_space(colon), value, to);
}

// In their order. Before each one it is known whether one stands before it: then a comma does.
void SchemaReader::write_members(RuleId rule, const std::vector<Property>& all,
                                 std::optional<RuleId> rest) {
  const auto [open, last] = builder_.part(rule);
  StateId first = builder_.state();    // no member is written
  StateId further = builder_.state();  // and a comma, behind one
  builder_.byte(open, '{', first);
  const auto last_required = std::ranges::find(all.rbegin(), all.rend(), true, &Property::required);
  const auto must = static_cast<std::size_t>(all.rend() - last_required);
  if (must == 0) builder_.byte(first, '}', last);
  for (std::size_t index = 0; index < all.size() && !builder_.full(); ++index) {
    const Property& property = all[index];
    const StateId name = builder_.state();
    const StateId next_further = builder_.state();
    const StateId next_behind = builder_.state();
    const StateId next_first = builder_.state();
    builder_.skip(first, name);
    builder_.skip(further, name);
    if (!property.required) {
      builder_.skip(first, next_first);
      builder_.skip(further, next_further);
    }
    write_member(name, property.name, property.rule, next_behind);
    const bool more = index + 1 < all.size() || rest;
    if (more) {
      const StateId comma = builder_.state();
      builder_.byte(next_behind, ',', comma);
      builder_.skip(behind_space(comma), next_further);
    }
    if (index + 1 >= must) builder_.byte(next_behind, '}', last);
    first = next_first;
    further = next_further;
  }
  if (!rest) return;
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const Property& property : all) names.push_back(property.name);
  const RuleId other_name = builder_.rule();
  if (names.empty()) {
    strings_.add(other_name, Length{});
  } else {
    strings_.add_other_names(other_name, names);
  }
  const StateId name = builder_.state();
  const StateId colon = builder_.state();
  const StateId value = builder_.state();
  builder_.skip(first, name);
  builder_.skip(further, name);
  builder_.call(name, other_name, colon);
  builder_.byte(colon, ':', value);
  const StateId end = builder_.state();
  builder_.call(behind_space(value), *rest, end);
  builder_.byte(end, '}', last);
  const StateId comma = builder_.state();
  builder_.byte(end, ',', comma);
  builder_.skip(behind_space(comma), name);
}

bool SchemaReader::add_items(const Object& schema, const Waiting& next) {
  const Value* unique = schema.if_contains("uniqueItems");
  if (unique != nullptr && *unique != Value(false)) return unsupported(next.path, "uniqueItems");
  std::optional<std::size_t> least;
  std::optional<std::size_t> most;
  if (!read_size(schema, "minItems", next.path, least)) return false;
  if (!read_size(schema, "maxItems", next.path, most)) return false;
  // Draft 7 has the first items in `items`, and the others in `additionalItems`.
  const Value* items = schema.if_contains("items");
  const bool draft_7 = items != nullptr && items->is_array();
  const std::string first_word = draft_7 ? "items" : "prefixItems";
  const std::string rest_word = draft_7 ? "additionalItems" : "items";
  const Value* named = schema.if_contains(first_word);
  if (named != nullptr && !named->is_array()) {
    return refuse(ErrorCode::invalid_argument, next.path + "." + first_word, "must be an array");
  }
  std::vector<RuleId> first;
  for (std::size_t index = 0; named != nullptr && index < named->get_array().size(); ++index) {
    const std::string here = next.path + "." + first_word + "[" + std::to_string(index) + "]";
    first.push_back(rule_of(named->get_array()[index], here));
  }
  const Value* others = schema.if_contains(rest_word);
  std::optional<RuleId> rest;
  if (others == nullptr) {
    rest = any_value();
  } else if (*others != Value(false)) {
    rest = rule_of(*others, next.path + "." + rest_word);
  }
  write_items(next.rule, first, rest, least.value_or(0), most);
  return true;
}

void SchemaReader::write_items(RuleId rule, const std::vector<RuleId>& first,
                               std::optional<RuleId> rest, std::size_t least,
                               std::optional<std::size_t> most) {
  if (!rest) most = std::min(most.value_or(first.size()), first.size());
  const auto [open, last] = builder_.part(rule);
  StateId behind = builder_.state();  // so many items
  builder_.byte(open, '[', behind);
  const std::size_t counted = most ? *most : std::max(least, first.size());
  const auto item = [&](std::size_t index, StateId to) {
    StateId from = behind;
    if (index > 0) {
      const StateId comma = builder_.state();
      builder_.byte(behind, ',', comma);
      from = behind_space(comma);
    }
    builder_.call(from, index < first.size() ? first[index] : *rest, to);
  };
  for (std::size_t index = 0; index < counted && !builder_.full(); ++index) {
    if (index >= least) builder_.byte(behind, ']', last);
    const StateId next = builder_.state();
    item(index, next);
    behind = next;
  }
  if (counted >= least) builder_.byte(behind, ']', last);
  if (most) return;
  const StateId again = counted == 0 ? builder_.state() : behind;
  item(counted, again);
  if (counted > 0) return;
  builder_.byte(again, ']', last);
  behind = again;
  item(1, again);
}

}  // namespace seekd::model
