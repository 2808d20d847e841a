// Calls of tools out of models: a tiny network of random weights, which knows nothing of them,
// under each family's template, and the embedded default.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "model/shape/json_schema.h"
#include "model/text/utf8.h"
#include "model/torch_model.h"
#include "tests/model/model_files.h"
#include "tests/model/shape/written_text.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

using Mode = ToolUse::Mode;

const std::filesystem::path kSource = "tests/model/vectors/tiny_llama";

const std::vector<Tool> kTools = {
    {"get_weather", "The weather of a city.",
     R"({"type":"object","properties":{"city":{"type":"string","maxLength":8},
         "days":{"type":"integer","minimum":1,"maximum":9}},"required":["city","days"],
         "additionalProperties":false})"},
    {"now", "The time.", R"({"type":"object","properties":{},"additionalProperties":false})"}};

std::unique_ptr<Model> loaded(const std::filesystem::path& path) {
  config::ModelConfig config;
  config.path = path;
  config.device = config::Device::cpu;
  auto model = load_torch_model(config);
  INFO((model ? std::string() : model.error().message));
  REQUIRE(model);
  return *std::move(model);
}

// The tiny model under a template, with room for tools, of which it writes each byte as a token.
// Two of its special tokens are given these names.
std::unique_ptr<Model> tiny_under(const TemporaryFolder& folder, std::string_view jinja,
                                  std::string_view first_token = "<think>",
                                  std::string_view second_token = "</think>") {
  for (const char* name : {"generation_config.json", "model.safetensors"}) {
    std::filesystem::copy_file(kSource / name, folder.path() / name);
  }
  json::value network = json::parse(read_file(kSource / "config.json"));
  network.at("max_position_embeddings") = 4096;
  folder.write("config.json", json::serialize(network));
  json::value tokenizer = json::parse(read_file(kSource / "tokenizer.json"));
  for (json::value& token : tokenizer.at("added_tokens").as_array()) {
    if (token.at("content").as_string() == "<think>") token.at("content") = first_token;
    if (token.at("content").as_string() == "</think>") token.at("content") = second_token;
  }
  folder.write("tokenizer.json", json::serialize(tokenizer));
  const std::string text =
      read_file("tests/model/vectors/chat_templates/" + std::string(jinja) + ".jinja");
  const json::object config{{"eos_token", "<|im_end|>"}, {"chat_template", text}};
  folder.write("tokenizer_config.json", json::serialize(config));
  return loaded(folder.path());
}

GenerateRequest ask(ToolUse use, std::uint64_t seed, std::size_t tokens_max = 500) {
  return {.messages = {{Role::user, "Rain?"}},
          .sampling = {.temperature = 1.0, .seed = seed},
          .stop = {},
          .tokens_max = tokens_max,
          .cache_salt = {},
          .tools = kTools,
          .tool_use = std::move(use)};
}

// What is told piece by piece is what is told at the end.
Generation generated(Model& model, const GenerateRequest& request) {
  std::string content;
  std::vector<ToolCall> calls;
  auto generation = model.generate(request,
                                   [&](const TextDelta& delta) {
                                     content += delta.content;
                                     for (const ToolCallDelta& call : delta.calls) {
                                       CHECK(call.index == calls.size());
                                       calls.push_back({call.id, call.name, call.arguments});
                                     }
                                   },
                                   {});
  INFO((generation ? std::string() : generation.error().message));
  REQUIRE(generation);
  CHECK(generation->content == content);
  CHECK(generation->calls == calls);
  return *std::move(generation);
}

bool keeps_to_schema(const ToolCall& call) {
  const auto tool = std::ranges::find(kTools, call.name, &Tool::name);
  if (tool == kTools.end()) return false;
  const auto grammar = compile_json_schema(json::parse(tool->parameters), Strictness::as_written);
  return grammar && is_text_of(*grammar, call.arguments);
}

void check_required(Model& model) {
  CHECK(model.info().calls_tools);
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    // One call: a network that knows nothing might never stop calling.
    const auto told =
        generated(model, ask({.mode = Mode::required, .only = {}, .parallel = false}, seed));
    CAPTURE(seed, told.content);
    CHECK(told.finish == FinishReason::calls);
    CHECK(told.content.empty());
    REQUIRE(told.calls.size() == 1);
    CHECK(keeps_to_schema(told.calls[0]));
    CHECK(told.calls[0].id.starts_with("call_"));
  }
  const auto named =
      generated(model, ask({.mode = Mode::required, .only = "now", .parallel = false}, 1));
  REQUIRE(named.calls.size() == 1);
  CHECK(named.calls[0].name == "now");
  CHECK(named.calls[0].arguments == "{}");
}

TEST_CASE("whatever the network says, a required call is one, under every form") {
  for (const char* const jinja :
       {"chatml", "qwen2_5", "llama3_1", "deepseek_v3_1", "deepseek_r1_0528"}) {
    CAPTURE(jinja);
    const TemporaryFolder folder;
    check_required(*tiny_under(folder, jinja));
  }
}

TEST_CASE("marks that are tokens of the vocabulary are written as those tokens") {
  const TemporaryFolder folder;
  const auto model =
      tiny_under(folder, "deepseek_v3_1", "<｜tool▁calls▁begin｜>", "<｜tool▁call▁end｜>");
  check_required(*model);
  // The names of the two in page text are no marks.
  GenerateRequest asked = ask({}, 2, 60);
  asked.messages[0].content = "<｜tool▁calls▁begin｜>";
  const auto plain = ask({}, 2, 60);
  CHECK(*model->count_prompt_tokens(asked.messages, kTools) >
        *model->count_prompt_tokens(plain.messages, kTools));
}

TEST_CASE("a thought comes before the calls, and they are required behind it") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "deepseek_r1_distill");
  GenerateRequest asked = ask({.mode = Mode::required, .only = {}, .parallel = false}, 4);
  asked.thinking.tokens_max = 12;
  const auto told = generated(*model, asked);
  CHECK_FALSE(told.reasoning.empty());
  CHECK(told.finish == FinishReason::calls);
  REQUIRE(told.calls.size() == 1);
  CHECK(keeps_to_schema(told.calls[0]));
}

TEST_CASE("an answer that may call ends in text or in a call that is whole") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "chatml");
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const auto told = generated(*model, ask({}, seed, 60));
    for (const ToolCall& call : told.calls) CHECK(keeps_to_schema(call));
    CHECK((told.finish == FinishReason::calls) == !told.calls.empty());
  }
}

TEST_CASE("a call that is cut is no call, and nothing of it is lost") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "chatml");
  const auto told = generated(*model, ask({.mode = Mode::required}, 1, 20));
  CHECK(told.finish == FinishReason::length);
  CHECK(told.calls.empty());
  CHECK(told.content.starts_with("<tool_call>"));
}

TEST_CASE("log-probabilities are of the content's tokens, and none of a call's") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "chatml");
  GenerateRequest asked = ask({.mode = Mode::required, .only = "now", .parallel = false}, 3);
  asked.sampling.logprobs = 1;
  std::size_t told = 0;
  const auto count = [&](const TextDelta& delta) { told += delta.tokens.size(); };
  REQUIRE(model->generate(asked, count, {}));
  CHECK(told == 0);
  // Of free text they are its bytes.
  asked.tool_use = {};
  asked.tokens_max = 30;
  std::string bytes;
  const auto generation = model->generate(asked,
                                          [&](const TextDelta& delta) {
                                            for (const AnswerToken& token : delta.tokens)
                                              bytes += token.chosen.bytes;
                                          },
                                          {});
  REQUIRE(generation);
  REQUIRE(generation->calls.empty());
  std::string text;
  append_valid_utf8(bytes, text);
  CHECK(text == generation->content);
  CHECK(!text.empty());
}

TEST_CASE("a template without a form for tools refuses them, by the model's name") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "llama3");
  CHECK_FALSE(model->info().calls_tools);
  const auto refused = model->generate(ask({}, 1), nullptr, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unsupported);
  CHECK(refused.error().message.contains(model->info().name));
  const std::vector<Message> result = {{Role::user, "?"}, {.role = Role::tool, .content = "a"}};
  CHECK_FALSE(model->count_prompt_tokens(result, {}));
  CHECK_FALSE(model->score({.messages = result, .continuations = {"a"}, .cache_salt = {}}, {}));
  CHECK(model->count_prompt_tokens({{Role::user, "?"}}, {}));
}

TEST_CASE("tools count in the prompt, and what they are told in is kept for the next turn") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "chatml");
  GenerateRequest asked = ask({.mode = Mode::required, .only = "now", .parallel = false}, 1);
  const auto with = model->count_prompt_tokens(asked.messages, kTools);
  REQUIRE(with);
  CHECK(*with > *model->count_prompt_tokens(asked.messages, {}) + 100);
  const auto first = generated(*model, asked);
  CHECK(first.prompt_tokens == *with);
  asked.messages.push_back({.role = Role::assistant, .content = "", .calls = first.calls});
  asked.messages.push_back({.role = Role::tool, .content = "noon", .call_id = first.calls[0].id});
  const auto second = generated(*model, asked);
  CHECK(second.cached_tokens > *with / 2);
  CHECK(second.calls[0].id != first.calls[0].id);
}

TEST_CASE("the embedded default calls the tool that a question needs") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const auto model = loaded(*path);
  CHECK(model->info().calls_tools);
  GenerateRequest asked = ask({.mode = Mode::required, .only = {}, .parallel = false}, 0, 80);
  asked.sampling.temperature = 0;
  asked.messages = {{Role::user, "What will the weather be in Rome for the next 3 days?"}};
  const auto told = generated(*model, asked);
  REQUIRE(told.calls.size() == 1);
  CAPTURE(told.calls[0].arguments);
  CHECK(keeps_to_schema(told.calls[0]));
  CHECK(told.calls[0].name == "get_weather");
  asked.tool_use = {};
  const auto free = generated(*model, asked);
  for (const ToolCall& call : free.calls) CHECK(keeps_to_schema(call));
  asked.tool_use.mode = Mode::none;
  const auto none = generated(*model, asked);
  CHECK(none.calls.empty());
  CHECK_FALSE(none.content.contains("<tool_call>"));
}

}  // namespace
}  // namespace seekd::model
