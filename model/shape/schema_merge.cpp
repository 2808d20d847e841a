#include "model/shape/schema_merge.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "model/shape/schema_keywords.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> greater{"minimum", "exclusiveMinimum", "minLength",
                                                  "minItems"};
constexpr std::array<std::string_view, 4> lesser{"maximum", "exclusiveMaximum", "maxLength",
                                                 "maxItems"};

constexpr std::size_t compared_max = 1'000'000;  // pairs of values

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_text(const json::value& value, std::string_view text) {
  return value.is_string() && value.get_string() == text;
}

// That are short enough to be compared.
bool are_lists(const json::value& one, const json::value& other) {
  return one.is_array() && other.is_array() &&
         one.get_array().size() * other.get_array().size() <= compared_max;
}

json::value both(const json::value& one, const json::value& other) {
  return one == other ? one : json::value(json::object{{"allOf", json::array{one, other}}});
}

const json::object* properties_of(const json::object& schema) {
  const json::value* properties = schema.if_contains("properties");
  return properties == nullptr ? nullptr : properties->if_object();
}

// What a schema says of properties that it does not name holds for those that the other names.
void restrict_properties(json::object& schema, const json::object& other) {
  const json::value* rest = other.if_contains("additionalProperties");
  if (rest == nullptr || *rest == json::value(true)) return;
  json::value* properties = schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return;
  const json::object* named = properties_of(other);
  for (auto& [name, value] : properties->get_object()) {
    if (named == nullptr || !named->contains(name)) value = both(value, *rest);
  }
}

json::array types_of(const json::object& schema) {
  json::array types;
  for (const std::string_view type : schema_types) {
    if (may_be(schema, type)) types.emplace_back(type);
  }
  // What may be any number need not be told that it may be a whole one.
  const auto find = [&types](std::string_view name) {
    return std::ranges::find_if(types,
                                [name](const json::value& type) { return is_text(type, name); });
  };
  if (find("number") != types.end()) types.erase(find("integer"));
  return types;
}

class Merge {
 public:
  Merge(json::object one, json::object other, const std::string& path)
      : out_(std::move(one)), other_(std::move(other)), path_(path) {}

  SchemaResult<json::object> run() && {
    if (out_.contains("type") && other_.contains("type")) merge_types();
    const json::object before = out_;
    restrict_properties(out_, other_);
    restrict_properties(other_, before);
    for (const auto& [name, value] : other_) {
      const auto [found, fresh] = out_.emplace(name, value);
      if (fresh || found->value() == value || is_annotation(name)) continue;
      if (!merge(name, found->value(), value)) {
        return std::unexpected(SchemaFault{ErrorCode::unsupported, path_ + "." + std::string(name),
                                           "contradicts what else holds there, or cannot be made "
                                           "one with it"});
      }
    }
    return std::move(out_);
  }

 private:
  void merge_types() {
    json::array types;
    for (const json::value& type : types_of(out_)) {
      const auto name = std::string_view(type.get_string());
      if (may_be(other_, name)) {
        types.push_back(type);
      } else if (name == "number" && may_be(other_, "integer")) {
        types.emplace_back("integer");
      }
    }
    out_["type"] = types;
    other_["type"] = std::move(types);
  }

  static bool merge(std::string_view name, json::value& into, const json::value& value) {
    if (name == "properties") return merge_properties(into, value);
    if (name == "required") return unite(into, value);
    if (name == "enum") return intersect(into, value);
    if (name == "items" || name == "additionalProperties") {
      into = both(into, value);
      return true;
    }
    const bool numbers = into.is_number() && value.is_number();
    if (!numbers) return false;
    const bool more = value.to_number<double>() > into.to_number<double>();
    if (is_one_of(name, greater)) {
      if (more) into = value;
      return true;
    }
    if (is_one_of(name, lesser) && !more) into = value;
    return is_one_of(name, lesser);
  }

  static bool merge_properties(json::value& into, const json::value& value) {
    if (!into.is_object() || !value.is_object()) return false;
    for (const auto& [name, property] : value.get_object()) {
      const auto [found, fresh] = into.get_object().emplace(name, property);
      if (!fresh) found->value() = both(found->value(), property);
    }
    return true;
  }

  static bool unite(json::value& into, const json::value& value) {
    if (!are_lists(into, value)) return false;
    for (const json::value& item : value.get_array()) {
      if (std::ranges::find(into.get_array(), item) == into.get_array().end()) {
        into.get_array().push_back(item);
      }
    }
    return true;
  }

  static bool intersect(json::value& into, const json::value& value) {
    if (!are_lists(into, value)) return false;
    json::array common;
    for (const json::value& item : into.get_array()) {
      if (std::ranges::find(value.get_array(), item) != value.get_array().end()) {
        common.push_back(item);
      }
    }
    into = std::move(common);
    return true;
  }

  json::object out_;
  json::object other_;
  const std::string& path_;
};

}  // namespace

bool may_be(const json::object& schema, std::string_view type) {
  const json::value* types = schema.if_contains("type");
  if (types == nullptr) return true;
  const auto is = [type](const json::value& name) {
    return is_text(name, type) || (type == "integer" && is_text(name, "number"));
  };
  return types->is_array() ? std::ranges::any_of(types->get_array(), is) : is(*types);
}

SchemaResult<json::object> merge_schemas(const json::object& one, const json::object& other,
                                         const std::string& path) {
  return Merge(one, other, path).run();
}

}  // namespace seekd::model
