// JSON as chat templates write it: the `tojson` of transformers, which is Python's json.dumps with
// ensure_ascii off.
//
// Pure; any thread. Numbers are what Python makes of them: 1.50 is written as 1.5.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace seekd::model {

enum class JsonLayout : std::uint8_t {
  one_line,  // ", " and ": " between
  indented,  // by four spaces
};

std::string template_json(const boost::json::value& value, JsonLayout layout);

// The same of a text of JSON; the text itself where it is none.
std::string respace_json(std::string_view text, JsonLayout layout);

// A text as a string of JSON, in quotes.
std::string template_json_string(std::string_view text);

}  // namespace seekd::model
