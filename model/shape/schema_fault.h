// What of a JSON Schema cannot be honoured, and where it stands.
#pragma once

#include <expected>
#include <string>

#include "policy/result.h"

namespace seekd::model {

struct SchemaFault {
  ErrorCode code = ErrorCode::unsupported;  // or invalid_argument: it is no schema; or too_large
  std::string at;                           // ".properties.age.minimum"; "": the schema itself
  std::string message;                      // "is not served"
};

template <class T>
using SchemaResult = std::expected<T, SchemaFault>;

}  // namespace seekd::model
