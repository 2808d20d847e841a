#include <cstring>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include "daemon/api/embeddings_reply.h"
#include "daemon/api/embeddings_request.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::expected<EmbeddingsRequest, ApiError> parse(std::string_view body) {
  model::EmbedderInfo embedder;
  embedder.name = "MiniLM";
  embedder.dimension = 384;
  return parse_embeddings_request(body, embedder);
}

TEST_CASE("texts are one string or many") {
  const auto one = parse(R"({"input": "a b", "model": "MiniLM", "dimensions": 384, "user": "u"})");
  REQUIRE(one);
  CHECK(one->wish.texts == std::vector<std::string>{"a b"});
  CHECK(one->wish.role == model::TextRole::passage);
  CHECK(one->encoding == VectorEncoding::numbers);
  const auto many = parse(R"({"input": ["a", "b"], "encoding_format": "base64",
                              "input_type": "query", "truncate_prompt_tokens": -1})");
  REQUIRE(many);
  CHECK(many->wish.texts.size() == 2);
  CHECK(many->wish.role == model::TextRole::query);
  CHECK(many->wish.overlong == EmbeddingDesk::Overlong::cut);
  CHECK(many->encoding == VectorEncoding::base64);
}

TEST_CASE("what an embedder cannot do is refused by name") {
  struct Bad {
    std::string body, param, code;
  };
  std::string too_many = R"({"input": ["x")";
  for (int i = 0; i < 2048; ++i) too_many += R"(,"x")";
  const std::vector<Bad> bad{
      {"{}", "input", "missing_field"},
      {R"({"input": null})", "input", "missing_field"},
      {R"({"input": 7})", "input", "invalid_type"},
      {R"({"input": []})", "input", "invalid_value"},
      {R"({"input": ""})", "input", "invalid_value"},
      {R"({"input": ["a", ""]})", "input[1]", "invalid_value"},
      {R"({"input": ["a", 1]})", "input[1]", "invalid_type"},
      {R"({"input": [1, 2]})", "input", "unsupported_field"},
      {R"({"input": [[1, 2]]})", "input", "unsupported_field"},
      {too_many + "]}", "input", "out_of_range"},
      {R"({"input": "a", "model": "other"})", "model", "model_not_found"},
      {R"({"input": "a", "dimensions": 256})", "dimensions", "unsupported_field"},
      {R"({"input": "a", "dimensions": 0})", "dimensions", "out_of_range"},
      {R"({"input": "a", "encoding_format": "int8"})", "encoding_format", "invalid_value"},
      {R"({"input": "a", "input_type": "poem"})", "input_type", "invalid_value"},
      {R"({"input": "a", "truncate_prompt_tokens": 9})", "truncate_prompt_tokens",
       "unsupported_field"},
      {R"({"input": "a", "messages": []})", "messages", "unknown_field"},
  };
  for (const auto& [body, param, code] : bad) {
    INFO(body.substr(0, 100));
    const auto request = parse(body);
    REQUIRE_FALSE(request);
    CHECK(request.error().param == param);
    CHECK(request.error().code == code);
  }
}

TEST_CASE("numbers and base64 are the same floats, bit by bit") {
  const EmbeddingDesk::Vectors vectors{.values = {0.1F, -1e-30F, 1.0F, 0.33333334F}, .tokens = 5};
  const json::value numbers =
      json::parse(embeddings_json(vectors, 2, "a \"name\"", VectorEncoding::numbers));
  const json::value coded =
      json::parse(embeddings_json(vectors, 2, "a \"name\"", VectorEncoding::base64));
  CHECK(numbers.at("model") == "a \"name\"");
  CHECK(numbers.at("usage") == json::object{{"prompt_tokens", 5}, {"total_tokens", 5}});
  for (std::size_t row = 0; row < 2; ++row) {
    CHECK(coded.at("data").at(row).at("index") == row);
    const auto& text = coded.at("data").at(row).at("embedding").as_string();
    unsigned char bytes[16];
    REQUIRE(EVP_DecodeBlock(bytes, reinterpret_cast<const unsigned char*>(text.data()),
                            static_cast<int>(text.size())) == 9);
    float values[2];
    std::memcpy(values, bytes, sizeof values);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(values[i] == vectors.values[2 * row + i]);
      const auto& number = numbers.at("data").at(row).at("embedding").at(i);
      CHECK(static_cast<float>(number.to_number<double>()) == values[i]);
    }
  }
}

}  // namespace
}  // namespace seekd::daemon
