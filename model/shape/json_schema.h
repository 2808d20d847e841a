// JSON Schemas as grammars.
//
// Pure; any thread. Time and memory are bounded by the limits of grammar.h and schema_reader.cpp,
// whatever the schema.

#pragma once

#include <boost/json/value.hpp>

#include "model/shape/grammar.h"
#include "model/shape/schema_fault.h"
#include "model/shape/schema_reader.h"

namespace seekd::model {

// Texts of JSON that are valid by the schema. Errors: SchemaFault says which.
SchemaResult<Grammar> compile_json_schema(const boost::json::value& schema, Strictness strictness);

}  // namespace seekd::model
