#include "daemon/api/shape_fields.h"

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/names.h"
#include "model/shape/json_schema.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::string code_of(ErrorCode code) {
  if (code == ErrorCode::too_large) return "too_large";
  return code == ErrorCode::unsupported ? "unsupported_field" : "invalid_value";
}

std::shared_ptr<const model::Grammar> compile(const json::value& schema,
                                              model::Strictness strictness, const std::string& path,
                                              Fields& fields) {
  auto grammar = model::compile_json_schema(schema, strictness);
  if (grammar) return std::make_shared<const model::Grammar>(*std::move(grammar));
  const model::SchemaFault& fault = grammar.error();
  fields.reject({400, code_of(fault.code), path + fault.at + " " + fault.message, path + fault.at,
                 std::nullopt});
  return nullptr;
}

std::shared_ptr<const model::Grammar> read_json_schema(const json::object& object, Fields& fields) {
  const std::string path = "response_format.json_schema";
  Fields named(object, path);
  if (!is_name(named.text("name").value_or(""))) {
    named.reject("name", "invalid_value", std::string(name_rule));
  }
  named.text("description");
  const auto strictness = named.flag("strict").value_or(false) ? model::Strictness::strict
                                                               : model::Strictness::as_written;
  const json::object* schema = named.object("schema");
  if (schema == nullptr) named.reject("schema", "missing_field", "is missing");
  if (const auto error = named.finish()) {
    fields.reject(*error);
    return nullptr;
  }
  return compile(*schema, strictness, path + ".schema", fields);
}

}  // namespace

std::shared_ptr<const model::Grammar> read_response_format(Fields& fields) {
  const json::object* object = fields.object("response_format");
  if (object == nullptr) return nullptr;
  Fields format(*object, "response_format");
  const std::string type = format.text("type").value_or("");
  const json::object* schema = nullptr;
  if (type == "json_schema") {
    schema = format.object("json_schema");
    if (schema == nullptr) format.reject("json_schema", "missing_field", "is missing");
  } else if (type != "text" && type != "json_object") {
    format.reject("type", "invalid_value", "must be text, json_object or json_schema");
  }
  if (const auto error = format.finish()) {
    fields.reject(*error);
    return nullptr;
  }
  if (type == "json_schema") return read_json_schema(*schema, fields);
  if (type == "text") return nullptr;
  return compile(json::object{{"type", "object"}}, model::Strictness::as_written, "response_format",
                 fields);
}

}  // namespace seekd::daemon
