// The words of JSON Schema (draft 2020-12, and of draft 7 what is still in use) that are read.
//
// Pure; any thread.

#pragma once

#include <array>
#include <string_view>

namespace seekd::model {

// "integer" behind the "number" that it is part of.
inline constexpr std::array<std::string_view, 7> schema_types{
    "object", "array", "string", "number", "integer", "boolean", "null"};

// Says nothing of what is valid.
bool is_annotation(std::string_view keyword);

// Is it read at all?
bool is_known_keyword(std::string_view keyword);

// The type that it says something of; "" of all.
std::string_view type_of_keyword(std::string_view keyword);

}  // namespace seekd::model
