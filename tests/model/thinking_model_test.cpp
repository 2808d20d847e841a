// A model that thinks, as its callers see it: a tiny random checkpoint under DeepSeek's templates.

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "model/torch_model.h"
#include "tests/model/model_files.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

const std::filesystem::path source = "tests/model/vectors/tiny_llama";

// The tiny model under another template.
std::unique_ptr<Model> tiny_under(const TemporaryFolder& folder, const std::string& jinja) {
  for (const char* name :
       {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json"}) {
    std::filesystem::copy_file(source / name, folder.path() / name);
  }
  const boost::json::object config{
      {"eos_token", "<|im_end|>"},
      {"chat_template", read_file("tests/model/vectors/chat_templates/" + jinja)}};
  folder.write("tokenizer_config.json", boost::json::serialize(config));
  config::ModelConfig configured;
  configured.path = folder.path();
  configured.device = config::Device::cpu;
  auto model = load_torch_model(configured);
  INFO((model ? std::string() : model.error().message));
  REQUIRE(model);
  return *std::move(model);
}

GenerateRequest ask(Thinking thinking, std::size_t tokens_max = 90) {
  return {.messages = {{Role::user, "Why?"}},
          .sampling = {.temperature = 1.0, .seed = 3},
          .stop = {},
          .tokens_max = tokens_max,
          .cache_salt = {},
          .thinking = thinking};
}

Generation generated(Model& model, const GenerateRequest& request) {
  auto generation = model.generate(request, nullptr, {});
  INFO((generation ? std::string() : generation.error().message));
  REQUIRE(generation);
  return *std::move(generation);
}

TEST_CASE("a thought ends within its budget, and the answer follows") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "deepseek_r1_distill.jinja");
  CHECK(model->info().thinks);
  // Left alone it thinks until its tokens are used up.
  CHECK(generated(*model, ask({})).content.empty());
  for (const std::size_t budget : {2U, 8U, 30U, 45U}) {
    CAPTURE(budget);
    auto request = ask({.mode = Thinking::Mode::wanted, .tokens_max = budget});
    request.sampling.logprobs = 0;
    std::size_t told = 0;
    std::string streamed;
    const auto on_text = [&](const TextDelta& delta) {
      told += delta.tokens.size();
      streamed += delta.content;
    };
    const auto generation = model->generate(request, on_text, {});
    REQUIRE(generation);
    CHECK(generation->reasoning_tokens <= budget);
    CHECK(generation->reasoning_tokens + 10 >= budget);
    CHECK_FALSE(generation->content.empty());
    CHECK(generation->content == streamed);
    CHECK(generation->completion_tokens >= generation->reasoning_tokens + told);
    CHECK(told > 0);
    CHECK(generation->reasoning.ends_with('\n'));
  }
}

TEST_CASE("half of the tokens are the answer's, however long it may think") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "deepseek_r1_distill.jinja");
  const Generation generation =
      generated(*model, ask({.mode = Thinking::Mode::wanted, .tokens_max = 1000}, 60));
  CHECK(generation.reasoning_tokens <= 30);
  CHECK_FALSE(generation.content.empty());
}

TEST_CASE("a model that is to answer without a thought has none") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "deepseek_r1_distill.jinja");
  const Generation generation =
      generated(*model, ask({.mode = Thinking::Mode::none, .tokens_max = 0}));
  CHECK(generation.reasoning.empty());
  CHECK(generation.reasoning_tokens == 0);
  CHECK_FALSE(generation.content.empty());
}

TEST_CASE("V3.1 thinks where it is wanted, and not otherwise") {
  const TemporaryFolder folder;
  const auto model = tiny_under(folder, "deepseek_v3_1.jinja");
  CHECK(model->info().thinks);
  CHECK(generated(*model, ask({.mode = Thinking::Mode::as_trained, .tokens_max = 20}))
            .reasoning_tokens == 0);
  const Generation wanted =
      generated(*model, ask({.mode = Thinking::Mode::wanted, .tokens_max = 20}));
  CHECK(wanted.reasoning_tokens > 10);
  CHECK(wanted.reasoning_tokens <= 20);
  CHECK_FALSE(wanted.content.empty());
}

TEST_CASE("a model without thoughts answers as always, whatever is asked of its thinking") {
  config::ModelConfig configured;
  configured.path = source;
  configured.device = config::Device::cpu;
  const auto model = load_torch_model(configured);
  REQUIRE(model);
  CHECK_FALSE((*model)->info().thinks);
  const std::string plain = generated(**model, ask({})).content;
  CHECK(generated(**model, ask({.mode = Thinking::Mode::none, .tokens_max = 0})).content == plain);
  CHECK(generated(**model, ask({.mode = Thinking::Mode::wanted, .tokens_max = 9})).content ==
        plain);
}

}  // namespace
}  // namespace seekd::model
