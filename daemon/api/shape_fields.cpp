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

// Of `named`, which stands at `path`: the object that names a schema.
std::shared_ptr<const model::Grammar> read_json_schema(Fields& named, const std::string& path) {
  if (!is_name(named.text("name").value_or(""))) {
    named.reject("name", "invalid_value", std::string(name_rule));
  }
  named.text("description");
  const auto strictness = named.flag("strict").value_or(false) ? model::Strictness::strict
                                                               : model::Strictness::as_written;
  const json::object* schema = named.object("schema");
  if (schema == nullptr) named.reject("schema", "missing_field", "is missing");
  if (named.failed()) return nullptr;
  return compile(*schema, strictness, path + ".schema", named);
}

// Of `format`, which stands at `path`; `read_schema` reads what it says of a schema.
template <class ReadSchema>
std::shared_ptr<const model::Grammar> read_format(Fields& format, const std::string& path,
                                                  const ReadSchema& read_schema) {
  const std::string type = format.text("type").value_or("");
  if (type == "json_schema") return read_schema();
  if (type == "json_object") {
    return compile(json::object{{"type", "object"}}, model::Strictness::as_written, path, format);
  }
  if (type != "text") {
    format.reject("type", "invalid_value", "must be text, json_object or json_schema");
  }
  return nullptr;
}

}  // namespace

std::shared_ptr<const model::Grammar> read_response_format(Fields& fields) {
  const json::object* object = fields.object("response_format");
  if (object == nullptr) return nullptr;
  const std::string path = "response_format";
  Fields format(*object, path);
  auto grammar = read_format(format, path, [&]() -> std::shared_ptr<const model::Grammar> {
    const json::object* schema = format.object("json_schema");
    if (schema == nullptr) {
      format.reject("json_schema", "missing_field", "is missing");
      return nullptr;
    }
    Fields named(*schema, path + ".json_schema");
    auto read = read_json_schema(named, path + ".json_schema");
    if (const auto error = named.finish()) format.reject(*error);
    return read;
  });
  if (const auto error = format.finish()) fields.reject(*error);
  return fields.failed() ? nullptr : grammar;
}

std::shared_ptr<const model::Grammar> read_text_format(Fields& text) {
  const json::object* object = text.object("format");
  if (object == nullptr) return nullptr;
  const std::string path = "text.format";
  Fields format(*object, path);
  auto grammar = read_format(format, path, [&] { return read_json_schema(format, path); });
  if (const auto error = format.finish()) text.reject(*error);
  return text.failed() ? nullptr : grammar;
}

}  // namespace seekd::daemon
