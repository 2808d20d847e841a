// Reading a JSON object of the wire field by field, each with its bound. The first error sticks:
// read all fields, then ask finish(), which also refuses fields that nobody asked for.
//
// Not thread-safe; lives as long as the object it reads. Errors: invalid_argument, too_large (both
// name the field).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "policy/result.h"

namespace seekd::fetcher {

// One JSON text, nested at most `depth_max` deep, that must be an object. Boost.JSON also refuses
// what is not UTF-8.
Result<boost::json::object> parse_json_object(std::string_view json, std::string_view what,
                                              std::size_t depth_max);

class JsonFields {
 public:
  JsonFields(const boost::json::object& object, std::string_view what)
      : object_(object), what_(what) {}

  // Absent text is "": the wire leaves empty fields out.
  std::string text(std::string_view key, std::size_t bytes_max);
  std::uint64_t number(std::string_view key, std::uint64_t max);  // absent is 0
  double decimal(std::string_view key);                           // absent is 0; never infinite
  // nullptr when absent, or on an error.
  const boost::json::array* array(std::string_view key, std::size_t items_max);
  const boost::json::object* object(std::string_view key);

  void refuse(ErrorCode code, std::string_view key, std::string_view why);
  Status finish();

 private:
  const boost::json::value* find(std::string_view key);

  const boost::json::object& object_;
  std::string what_;
  std::size_t found_ = 0;
  std::optional<Error> error_;
};

// The field `trace_id`, "" where there is none; anything else than an id is refused.
std::string read_trace_id(JsonFields& reader);

}  // namespace seekd::fetcher
