// JSON of a stranger, read by its parts: what is not there, or is something else, reads as nothing.
//
// Pure but for memory; any thread. Errors: invalid_argument.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "policy/result.h"

namespace seekd::fetcher {

// One JSON text, not nested deeper than any provider nests.
Result<boost::json::value> read_json_value(std::string_view body);

// nullptr: there is no such member, or `value` is no object.
const boost::json::value* member(const boost::json::value& value, std::string_view key);
// Empty where it is not there, or no array.
const boost::json::array& array_member(const boost::json::value& value, std::string_view key);
// A number as it is written; "" for anything else that is no string.
std::string text_of(const boost::json::value* value);
// Strings alone: a number is nobody's address.
std::string url_of(const boost::json::value* value);
std::string text_member(const boost::json::value& value, std::string_view key);

}  // namespace seekd::fetcher
