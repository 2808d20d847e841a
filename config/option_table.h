// Every option in one row: its name, the form of its value, its limits and the remedy, the member
// it sets.
//
// Constant after the first call; any thread.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/value.h"
#include "policy/result.h"

namespace seekd::config {

// What a value is made of; the environment has text alone, and needs to know.
enum class Shape {
  text,     // a string: quantities, paths, names
  integer,  // a whole number
  list,     // strings; in the environment between commas
  tables,   // [[section.key]]; not to be had from the environment
};

struct Option {
  std::string_view name;  // "section.key"
  Shape shape;
  std::string limits;   // "1s to 1d", "" where the form says all
  std::string expects;  // the remedy: what to write instead
  // Errors: invalid_argument, without the remedy; the config is then as it was.
  std::function<Status(Config&, const Value&)> set;
};

const std::vector<Option>& option_table();

// nullptr: there is none of that name.
const Option* find_option(std::string_view name);

}  // namespace seekd::config
