#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/api/completion_reply.h"
#include "daemon/api/completion_request.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

TEST_CASE("a completion's fields are OpenAI's, with OpenAI's 16 tokens") {
  const auto request = parse_completion_request(
      R"({"prompt": ["One", "Two"], "model": "m", "stream": true, "echo": true, "n": 1,
          "best_of": 1, "suffix": null, "stop": "\n", "seed": 7, "logit_bias": {},
          "stream_options": {"include_usage": true}, "cache_salt": "s"})",
      "m");
  REQUIRE(request);
  CHECK(request->prompts == std::vector<std::string>{"One", "Two"});
  CHECK(request->generation.tokens_max == 16);
  CHECK(request->generation.stop == std::vector<std::string>{"\n"});
  CHECK(request->generation.sampling.seed == 7);
  CHECK(request->generation.cache_salt == "1:s");
  CHECK(request->echo == Echo::sent);
  CHECK(request->delivery == Delivery::streamed);
  CHECK(request->usage_chunk == UsageChunk::sent);
}

TEST_CASE("what a completion cannot have is refused by name") {
  struct Bad {
    std::string fields, param, code;
  };
  const std::vector<Bad> bad{
      {R"("x": 1)", "prompt", "missing_field"},
      {R"("prompt": "")", "prompt", "invalid_value"},
      {R"("prompt": [])", "prompt", "invalid_value"},
      {R"("prompt": ["a", ""])", "prompt", "invalid_value"},
      {R"("prompt": 5)", "prompt", "invalid_type"},
      {R"("prompt": [1, 2])", "prompt", "unsupported_field"},
      {R"("prompt": [[1, 2]])", "prompt", "unsupported_field"},
      {R"("prompt": "a", "suffix": "b")", "suffix", "unsupported_field"},
      {R"("prompt": "a", "best_of": 2)", "best_of", "unsupported_field"},
      {R"("prompt": "a", "n": 2)", "n", "unsupported_field"},
      {R"("prompt": "a", "max_tokens": 0)", "max_tokens", "out_of_range"},
      {R"("prompt": "a", "logprobs": 21)", "logprobs", "out_of_range"},
      {R"("prompt": "a", "logprobs": true)", "logprobs", "invalid_type"},
      {R"("prompt": "a", "logprobs": 1, "echo": true)", "echo", "unsupported_field"},
      {R"("prompt": "a", "messages": [])", "messages", "unknown_field"},
      {R"("prompt": "a", "model": "n")", "model", "model_not_found"},
  };
  for (const auto& [fields, param, code] : bad) {
    INFO(fields);
    const auto request = parse_completion_request("{" + fields + "}", "m");
    REQUIRE_FALSE(request);
    CHECK(request.error().param == param);
    CHECK(request.error().code == code);
  }
}

model::AnswerToken token(const std::string& text, const std::string& bytes) {
  const model::TokenLogprob it{text, bytes, -0.25};
  return {it, {it, {"other", "other", -1.5}}};
}

TEST_CASE("log-probabilities have completions' own shape, their offsets in code points") {
  const CompletionReply reply{"cmpl-1", "m", TimePoint{}};
  Answer answer;
  answer.content = "é 🦅.";
  answer.tokens = {token("é", "é"), token("\uFFFD", " \xF0\x9F"), token("\uFFFD", "\xA6\x85"),
                   token(".", ".")};
  const json::value body = json::parse(completion_json(reply, {answer}, {.prompt_tokens = 3}));
  CHECK(body.at("object") == "text_completion");
  const json::value& logprobs = body.at("choices").at(0).at("logprobs");
  CHECK(logprobs.at("text_offset") == json::array{0, 1, 3, 3});
  CHECK(logprobs.at("token_logprobs").as_array().size() == 4);
  CHECK(logprobs.at("top_logprobs").at(0).at("other") == -1.5);
  CHECK(body.at("usage").at("prompt_tokens") == 3);

  const json::value chunk =
      json::parse(piece_chunk_json(reply, 2, {".", "", {token(".", ".")}}, 3));
  CHECK(chunk.at("choices").at(0).at("index") == 2);
  CHECK(chunk.at("choices").at(0).at("finish_reason").is_null());
  CHECK(chunk.at("choices").at(0).at("logprobs").at("text_offset") == json::array{3});
}

}  // namespace
}  // namespace seekd::daemon
