// Texts of a schema out of a network that knows no JSON: random weights, at temperature 1.

#include <filesystem>
#include <memory>
#include <string>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "model/shape/json_schema.h"
#include "model/torch_model.h"
#include "tests/model/shape/written_text.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

std::unique_ptr<Model> tiny(config::Speculation speculation) {
  config::ModelConfig config;
  config.path = "tests/model/vectors/tiny_llama";
  config.device = config::Device::cpu;
  config.speculation = speculation;
  auto model = load_torch_model(config);
  INFO((model ? std::string() : model.error().message));
  REQUIRE(model);
  return *std::move(model);
}

std::shared_ptr<const Grammar> grammar_of(std::string_view schema) {
  auto grammar = compile_json_schema(json::parse(schema), Strictness::as_written);
  REQUIRE(grammar);
  return std::make_shared<const Grammar>(*std::move(grammar));
}

const char* const kSchema = R"({"type":"object","properties":{
    "name":{"type":"string","maxLength":12},"size":{"type":"integer","minimum":3,"maximum":700},
    "kinds":{"type":"array","items":{"enum":["a","b","ab"]},"maxItems":3},
    "more":{"type":["boolean","null"]}},"required":["name","size","kinds"]})";

GenerateRequest request(std::uint64_t seed) {
  return {.messages = {{Role::user, "{\"name\": \"name\", \"size\": 12}"}},
          .sampling = {.temperature = 1.0, .seed = seed},
          .stop = {},
          .tokens_max = 400,
          .cache_salt = {},
          .shape = grammar_of(kSchema)};
}

Generation generated(Model& model, const GenerateRequest& asked) {
  auto generation = model.generate(asked, nullptr, {});
  INFO((generation ? std::string() : generation.error().message));
  REQUIRE(generation);
  return *std::move(generation);
}

TEST_CASE("whatever the network says, the text is of the schema, and ends by itself") {
  const auto model = tiny(config::Speculation::none);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const GenerateRequest asked = request(seed);
    const Generation told = generated(*model, asked);
    CAPTURE(told.content);
    REQUIRE(told.finish == FinishReason::stop);
    CHECK(is_text_of(*asked.shape, told.content));
    CHECK(json::parse(told.content).is_object());
  }
}

TEST_CASE("guessed tokens change nothing of a text of a schema") {
  const auto plain = tiny(config::Speculation::none);
  const auto guessing = tiny(config::Speculation::lookup);
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    GenerateRequest asked = request(seed);
    asked.sampling.temperature = seed % 2 == 0 ? 0.0 : 1.0;
    CHECK(generated(*guessing, asked).content == generated(*plain, asked).content);
  }
}

TEST_CASE("penalties and log-probabilities leave a text of a schema one") {
  const auto model = tiny(config::Speculation::lookup);
  GenerateRequest asked = request(5);
  asked.sampling.frequency_penalty = 2;
  asked.sampling.repetition_penalty = 1.5;
  asked.sampling.logprobs = 2;
  CHECK(is_text_of(*asked.shape, generated(*model, asked).content));
}

TEST_CASE("a text of a schema that is cut says so") {
  const auto model = tiny(config::Speculation::none);
  GenerateRequest asked = request(1);
  asked.tokens_max = 3;
  CHECK(generated(*model, asked).finish == FinishReason::length);
}

}  // namespace
}  // namespace seekd::model
