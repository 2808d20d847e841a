// A setting as written, before an option has judged it: the one form that files and the environment
// are brought to.
//
// Plain values; any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/result.h"

namespace seekd::config {

struct Field;

struct Value {
  std::string
      where;  // how every message about it begins: "FILE:LINE: section.key" or "SEEKD_SECTION_KEY"
  // monostate: a float or a date, which no option takes.
  std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<Value>,
               std::vector<Field>>
      data;
};

struct Field {
  std::string key;
  Value value;
};

// What is wrong with `value`, under its place.
std::unexpected<Error> refuse(const Value& value, std::string_view problem);

// "30", "\"30s\"", "an array": the value as a message shows it.
std::string describe(const Value& value);

}  // namespace seekd::config
