#include "model/shape/json_schema.h"

#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/model/shape/written_text.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

// A line each: a schema with texts that are its own and texts that are not, or with the place of
// what it is refused for.
std::vector<json::value> vectors() {
  std::ifstream file("tests/model/vectors/json_schemas.jsonl");
  std::vector<json::value> all;
  for (std::string line; std::getline(file, line);) all.push_back(json::parse(line));
  return all;
}

Result<Grammar> compiled(std::string_view schema, Strictness strictness = Strictness::as_written) {
  auto grammar = compile_json_schema(json::parse(schema), strictness);
  if (grammar) return *std::move(grammar);
  return fail(grammar.error().code, grammar.error().at + " " + grammar.error().message);
}

TEST_CASE("a schema lets its texts through and no others") {
  std::size_t texts = 0;
  for (const json::value& vector : vectors()) {
    const json::value* accepted = vector.as_object().if_contains("accept");
    if (accepted == nullptr) continue;
    CAPTURE(json::serialize(vector.at("schema")));
    const auto grammar = compile_json_schema(vector.at("schema"), Strictness::as_written);
    REQUIRE(grammar);
    for (const json::value& text : accepted->as_array()) {
      CAPTURE(std::string(text.as_string()));
      CHECK(is_text_of(*grammar, text.as_string()));
    }
    for (const json::value& text : vector.at("reject").as_array()) {
      CAPTURE(std::string(text.as_string()));
      CHECK(!is_text_of(*grammar, text.as_string()));
    }
    texts += accepted->as_array().size() + vector.at("reject").as_array().size();
  }
  CHECK(texts > 350);
}

TEST_CASE("what of a schema cannot be honoured is refused by its place") {
  std::size_t refused = 0;
  for (const json::value& vector : vectors()) {
    const json::value* place = vector.as_object().if_contains("fault");
    if (place == nullptr) continue;
    CAPTURE(json::serialize(vector.at("schema")));
    const auto grammar = compile_json_schema(vector.at("schema"), Strictness::as_written);
    REQUIRE(!grammar);
    CHECK(grammar.error().at == std::string(place->as_string()));
    CHECK(!grammar.error().message.empty());
    ++refused;
  }
  CHECK(refused > 25);
}

TEST_CASE("a strict schema names all properties and requires them") {
  const auto strict = [](std::string_view schema) { return compiled(schema, Strictness::strict); };
  CHECK(strict(R"({"type":"object","properties":{"a":{"type":"null"}},"required":["a"],
                   "additionalProperties":false})"));
  CHECK(strict(R"({"type":"object","properties":{"a":{"type":"null"}},"required":["a"]})")
            .error()
            .message.starts_with(".additionalProperties"));
  CHECK(strict(R"({"type":"object","properties":{"o":{"type":"object","properties":
                   {"a":{"type":"null"}},"additionalProperties":false}},"required":["o"],
                   "additionalProperties":false})")
            .error()
            .message.starts_with(".properties.o.required"));
}

TEST_CASE("what two schemas say of one value holds together, also of properties not named") {
  const auto grammar = compiled(R"({"allOf": [
      {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false},
      {"properties": {"a": {"maximum": 3}, "b": {"type": "string"}}}]})");
  REQUIRE(grammar);
  CHECK(is_text_of(*grammar, R"({"a":3})"));
  CHECK(!is_text_of(*grammar, R"({"a":4})"));
  CHECK(!is_text_of(*grammar, R"({"b":"x"})"));
}

// Each is made to cost more than it is long.
TEST_CASE("a hostile schema is refused or compiled within bounds") {
  std::string refs = R"({"$defs":{"d0":{"type":"null"})";
  for (int i = 1; i < 60; ++i) {
    const std::string below = R"({"$ref":"#/$defs/d)" + std::to_string(i - 1) + "\"}";
    refs += ",\"d" + std::to_string(i) + R"(":{"allOf":[)" + below + "," + below + "]}";
  }
  refs += R"(},"$ref":"#/$defs/d59"})";
  CHECK(!compiled(refs));

  std::string optional = R"({"type":"object","properties":{)";
  for (int i = 0; i < 3000; ++i) {
    optional += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"type":"null"})";
  }
  CHECK(!compiled(optional + "}}"));

  CHECK(!compiled(R"~({"type":"string","pattern":"^(a|b)*a(a|b){20}$"})~"));
  CHECK(!compiled(R"~({"type":"string","pattern":"((((x{99}){99}){99}){99})"})~"));
  CHECK(!compiled(R"({"type":"array","items":{"type":"string","maxLength":9999},"maxItems":-1})"));
  std::string deep(40000, '(');
  CHECK(!compiled("{\"type\":\"string\",\"pattern\":\"" + deep + "\"}"));
}

}  // namespace
}  // namespace seekd::model
