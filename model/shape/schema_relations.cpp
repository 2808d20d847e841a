#include "model/shape/schema_relations.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/json.hpp>

#include "model/shape/schema_keywords.h"
#include "model/shape/schema_merge.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

bool share_no_type(const json::object& one, const json::object& other) {
  return std::ranges::none_of(schema_types, [&](std::string_view type) {
    return may_be(one, type) && may_be(other, type);
  });
}

// The values that it lets through, where it lists them.
std::vector<json::value> listed(const json::object& schema) {
  if (const json::value* only = schema.if_contains("const")) return {*only};
  const json::value* values = schema.if_contains("enum");
  if (values == nullptr || !values->is_array()) return {};
  return {values->get_array().begin(), values->get_array().end()};
}

constexpr std::size_t compared_max = 100'000;  // pairs of values

bool list_other_values(const json::object& one, const json::object& other) {
  const auto here = listed(one);
  const auto there = listed(other);
  if (here.size() * there.size() > compared_max) return false;
  return !here.empty() && !there.empty() &&
         std::ranges::none_of(here, [&](const json::value& value) {
           return std::ranges::find(there, value) != there.end();
         });
}

bool requires_property(const json::object& schema, std::string_view name) {
  const json::value* names = schema.if_contains("required");
  return names != nullptr && names->is_array() &&
         std::ranges::any_of(names->get_array(), [name](const json::value& required) {
           return required.is_string() && required.get_string() == name;
         });
}

const json::object* properties_of(const json::object& schema) {
  const json::value* properties = schema.if_contains("properties");
  return properties == nullptr ? nullptr : properties->if_object();
}

bool only_objects(const json::object& schema) {
  return schema.contains("type") && std::ranges::none_of(schema_types, [&](std::string_view type) {
           return type != "object" && may_be(schema, type);
         });
}

// By a property that both have to have, and that tells them apart.
bool differ_in_property(const json::object& one, const json::object& other) {
  const json::object* here = properties_of(one);
  const json::object* there = properties_of(other);
  if (here == nullptr || there == nullptr) return false;
  return std::ranges::any_of(*here, [&](const auto& property) {
    const json::value* twin = there->if_contains(property.key());
    return twin != nullptr && twin->is_object() && property.value().is_object() &&
           requires_property(one, property.key()) && requires_property(other, property.key()) &&
           (list_other_values(property.value().get_object(), twin->get_object()) ||
            share_no_type(property.value().get_object(), twin->get_object()));
  });
}

// One has to have a property that the other must not.
bool forbids_what_other_requires(const json::object& one, const json::object& other) {
  const json::value* rest = one.if_contains("additionalProperties");
  const json::value* names = other.if_contains("required");
  if (rest == nullptr || *rest != json::value(false) || names == nullptr || !names->is_array()) {
    return false;
  }
  const json::object* named = properties_of(one);
  return std::ranges::any_of(names->get_array(), [&](const json::value& name) {
    return name.is_string() && (named == nullptr || !named->contains(name.get_string()));
  });
}

}  // namespace

std::string_view type_of_value(const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      return "object";
    case json::kind::array:
      return "array";
    case json::kind::string:
      return "string";
    case json::kind::bool_:
      return "boolean";
    case json::kind::null:
      return "null";
    case json::kind::double_:
      return std::trunc(value.get_double()) == value.get_double() ? "integer" : "number";
    case json::kind::int64:
    case json::kind::uint64:
      return "integer";
  }
  return "";
}

bool are_disjoint(const json::object& one, const json::object& other) {
  if (share_no_type(one, other) || list_other_values(one, other)) return true;
  if (!only_objects(one) || !only_objects(other)) return false;
  return differ_in_property(one, other) || forbids_what_other_requires(one, other) ||
         forbids_what_other_requires(other, one);
}

}  // namespace seekd::model
