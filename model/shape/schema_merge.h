// Two JSON Schemas that hold at once, as one: `allOf`, and what stands beside `$ref` and `anyOf`.
//
// Pure; any thread.

#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "model/shape/schema_fault.h"

namespace seekd::model {

// Errors: unsupported (a keyword of both that cannot be made one; `at` names it, behind `path`).
SchemaResult<boost::json::object> merge_schemas(const boost::json::object& one,
                                                const boost::json::object& other,
                                                const std::string& path);

// The names of the types that a schema lets through; all of them where it names none.
bool may_be(const boost::json::object& schema, std::string_view type);

}  // namespace seekd::model
