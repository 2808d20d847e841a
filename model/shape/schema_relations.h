// What two JSON Schemas have to do with each other.
//
// Pure; any thread.

#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace seekd::model {

// "integer" of a whole number.
std::string_view type_of_value(const boost::json::value& value);

// Is it certain that no value is of both? REQUIRES: without `$ref` and `allOf`.
bool are_disjoint(const boost::json::object& one, const boost::json::object& other);

}  // namespace seekd::model
