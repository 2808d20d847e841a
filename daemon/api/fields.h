// Fields: reads a JSON object strictly. Every field that is asked for is known; finish() refuses
// the others by name.
//
// The first error sticks and the rest is read as absent, so that a parser asks for all fields and
// looks once. `null` is absent, as OpenAI's clients write it. Not thread-safe; the object outlives
// it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/api/api_error.h"

namespace seekd::daemon {

// The body as an object. Errors: invalid_json (not JSON, nested too deeply, not UTF-8),
// invalid_type.
std::expected<boost::json::object, ApiError> parse_object(std::string_view body);

class Fields {
 public:
  // `path` is put before the names in messages: "" or "messages[0]".
  Fields(const boost::json::object& object, std::string path);

  std::optional<std::string> text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<double> number(std::string_view name, double min, double max);
  std::vector<std::string> texts(std::string_view name, std::size_t count_max);
  const boost::json::object* object(std::string_view name);
  const boost::json::array* array(std::string_view name);
  const boost::json::value* any(std::string_view name);  // null included

  // Fields that are understood and not served: 400 where they are there.
  void refuse(std::span<const std::string_view> names, std::string_view why);
  // Records an error about a field, unless one is there already.
  void reject(std::string_view name, std::string code, const std::string& message);
  void reject(const ApiError& error);

  bool failed() const { return error_.has_value(); }

  // The first error, or the first field that nobody asked for.
  std::optional<ApiError> finish();

 private:
  const boost::json::value* find(std::string_view name);
  std::string named(std::string_view name) const;
  void wrong_type(std::string_view name, std::string_view wanted);

  const boost::json::object& object_;
  std::string path_;
  std::vector<std::string_view> known_;
  std::optional<ApiError> error_;
};

}  // namespace seekd::daemon
