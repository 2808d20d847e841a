#include "model/shape/schema_keywords.h"

#include <algorithm>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::array<std::string_view, 14> annotations{
    "$comment", "$defs",       "$id",        "$schema",          "contentEncoding",
    "default",  "definitions", "deprecated", "contentMediaType", "description",
    "examples", "readOnly",    "title",      "writeOnly"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 24> constraints{{
    {"$ref", ""},
    {"additionalItems", "array"},
    {"additionalProperties", "object"},
    {"allOf", ""},
    {"anyOf", ""},
    {"const", ""},
    {"enum", ""},
    {"exclusiveMaximum", "number"},
    {"exclusiveMinimum", "number"},
    {"format", "string"},
    {"items", "array"},
    {"maxItems", "array"},
    {"maxLength", "string"},
    {"maximum", "number"},
    {"minItems", "array"},
    {"minLength", "string"},
    {"minimum", "number"},
    {"oneOf", ""},
    {"pattern", "string"},
    {"prefixItems", "array"},
    {"properties", "object"},
    {"required", "object"},
    {"type", ""},
    {"uniqueItems", "array"},
}};

const auto* find_constraint(std::string_view keyword) {
  return std::ranges::find(constraints, keyword,
                           &std::pair<std::string_view, std::string_view>::first);
}

}  // namespace

bool is_annotation(std::string_view keyword) {
  return std::ranges::find(annotations, keyword) != annotations.end();
}

bool is_known_keyword(std::string_view keyword) {
  return is_annotation(keyword) || find_constraint(keyword) != constraints.end();
}

std::string_view type_of_keyword(std::string_view keyword) {
  const auto* found = find_constraint(keyword);
  return found == constraints.end() ? "" : found->second;
}

}  // namespace seekd::model
