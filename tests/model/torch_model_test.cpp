// TorchModel as its callers see it, on tiny random checkpoints and on the embedded default.

#include "model/torch_model.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

const std::filesystem::path kVectors = "tests/model/vectors";

config::ModelConfig configured(const std::filesystem::path& path) {
  config::ModelConfig config;
  config.path = path;
  config.device = config::Device::cpu;
  return config;
}

std::unique_ptr<Model> tiny() {
  auto model = load_torch_model(configured(kVectors / "tiny_llama"));
  INFO((model ? std::string() : model.error().message));
  REQUIRE(model);
  return *std::move(model);
}

GenerateRequest ask(std::string text, std::size_t tokens_max = 40) {
  return {.messages = {{Role::user, std::move(text)}},
          .sampling = {},
          .stop = {},
          .tokens_max = tokens_max,
          .cache_salt = {}};
}

Generation generated(Model& model, const GenerateRequest& request) {
  auto generation = model.generate(request, nullptr, {});
  INFO((generation ? std::string() : generation.error().message));
  REQUIRE(generation);
  return *std::move(generation);
}

TEST_CASE("a model says what it is") {
  const auto model = tiny();
  CHECK(model->info().name == "tiny_llama");
  CHECK(model->info().architecture == "llama");
  CHECK(model->info().device == "cpu");
  CHECK(model->info().parameters > 30'000);
  CHECK(model->info().context_tokens == 1024);
}

TEST_CASE("the context is the smaller of the model's and the configured") {
  auto config = configured(kVectors / "tiny_llama");
  config.context_tokens_max = 100;
  CHECK((*load_torch_model(config))->info().context_tokens == 100);
}

TEST_CASE("the same request gives the same text, another seed another") {
  const auto model = tiny();
  auto request = ask("Hello");
  request.sampling = {.temperature = 1.0, .top_p = 0.95, .seed = 11};
  const Generation first = generated(*model, request);
  CHECK(generated(*model, request).content == first.content);
  request.sampling.seed = 12;
  CHECK(generated(*model, request).content != first.content);
}

TEST_CASE("the pieces that are streamed are the text that is returned") {
  const auto model = tiny();
  std::string streamed;
  const auto on_text = [&](const TextDelta& delta) { streamed += delta.content; };
  const auto generation = model->generate(ask("Stream this"), on_text, {});
  REQUIRE(generation);
  CHECK(!generation->content.empty());
  CHECK(streamed == generation->content);
}

TEST_CASE("the tokens that are told of are the text, each among its place's best where greedy") {
  const auto model = tiny();
  auto request = ask("Stream this");
  request.sampling.logprobs = 3;
  std::string content;
  std::vector<AnswerToken> tokens;
  const auto on_text = [&](const TextDelta& delta) {
    content += delta.content;
    tokens.insert(tokens.end(), delta.tokens.begin(), delta.tokens.end());
  };
  REQUIRE(model->generate(request, on_text, {}));
  CHECK(content == generated(*model, ask("Stream this")).content);
  std::string bytes;
  for (const AnswerToken& token : tokens) {
    REQUIRE(token.best.size() == 3);
    CHECK(token.chosen.logprob == token.best.front().logprob);
    CHECK(token.chosen.bytes == token.best.front().bytes);
    CHECK(token.chosen.logprob < 0);
    bytes += token.chosen.bytes;
  }
  // A random model writes parts of characters, which stand in the text as what replaces them.
  std::string text;
  append_valid_utf8(bytes, text);
  CHECK(text == content);
  CHECK(!tokens.empty());
}

TEST_CASE("no more tokens are made than the request allows") {
  const Generation generation = generated(*tiny(), ask("Hello", 7));
  CHECK(generation.completion_tokens == 7);
  CHECK(generation.finish == FinishReason::length);
}

TEST_CASE("the text ends before a stop string, wherever tokens cut it") {
  const auto model = tiny();
  const std::string whole = generated(*model, ask("Hello")).content;
  REQUIRE(whole.size() > 12);
  auto request = ask("Hello");
  std::size_t start = whole.size() / 2;
  while ((static_cast<unsigned char>(whole[start]) & 0xC0) == 0x80) ++start;
  request.stop = {whole.substr(start)};
  const Generation stopped = generated(*model, request);
  CHECK(stopped.content == whole.substr(0, whole.find(request.stop.front())));
  CHECK(stopped.finish == FinishReason::stop);
}

TEST_CASE("prompt tokens are counted as generate sees them") {
  const auto model = tiny();
  const auto request = ask("How many?");
  const auto counted = model->count_prompt_tokens(request.messages, {});
  REQUIRE(counted);
  CHECK(*counted == generated(*model, request).prompt_tokens);
  CHECK(*counted > model->count_tokens("How many?"));
  CHECK(model->count_tokens("<|im_end|>") == 10);  // text, no token
}

TEST_CASE("a prompt that leaves no room for a token is refused with both numbers") {
  auto config = configured(kVectors / "tiny_llama");
  config.context_tokens_max = 64;
  const auto model = *load_torch_model(config);
  const auto rest = *model->count_prompt_tokens(ask("").messages, {});
  const Generation full = generated(*model, ask(std::string(64 - rest - 1, 'x')));
  CHECK(full.completion_tokens == 1);
  CHECK(full.finish == FinishReason::length);
  const auto refused = model->generate(ask(std::string(64 - rest, 'x')), nullptr, {});
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::too_large);
  CHECK(refused.error().message.find("the prompt has 64 tokens and the context holds 64") !=
        std::string::npos);
}

TEST_CASE("a generation ends where the context is full") {
  auto config = configured(kVectors / "tiny_llama");
  config.context_tokens_max = 64;
  const auto model = *load_torch_model(config);
  const Generation generation = generated(*model, ask("Hello", 1'000'000'000));
  CHECK(generation.finish == FinishReason::length);
  CHECK(generation.prompt_tokens + generation.completion_tokens == 64);
}

TEST_CASE("a cancelled generation ends within a token, and the model serves the next") {
  const auto model = tiny();
  std::stop_source source;
  std::size_t pieces = 0;
  const auto on_text = [&](const TextDelta&) {
    if (++pieces == 3) source.request_stop();
  };
  const auto cancelled = model->generate(ask("Hello", 500), on_text, source.get_token());
  REQUIRE(!cancelled);
  CHECK(cancelled.error().code == ErrorCode::cancelled);
  CHECK(pieces == 3);
  const auto before = model->generate(ask("Hello"), nullptr, source.get_token());
  REQUIRE(!before);
  CHECK(before.error().code == ErrorCode::cancelled);
  CHECK(generated(*model, ask("Hello", 5)).completion_tokens == 5);
}

TEST_CASE("an exception of the caller's function does not leave the model") {
  const auto model = tiny();
  const auto throws = [](const TextDelta&) { throw std::runtime_error("the peer is gone"); };
  const auto generation = model->generate(ask("Hello"), throws, {});
  REQUIRE(!generation);
  CHECK(generation.error().message.find("the peer is gone") != std::string::npos);
  CHECK(generated(*model, ask("Hello", 5)).completion_tokens == 5);
}

TEST_CASE("threads that generate and count at once get what each would get alone") {
  const auto model = tiny();
  const std::string expected = generated(*model, ask("Hello", 20)).content;
  std::vector<std::string> texts(4);
  std::vector<std::jthread> threads;
  for (std::string& text : texts) {
    threads.emplace_back([&model, &text] {
      for (int i = 0; i < 50; ++i) (void)model->count_tokens("some text to count");
      const auto generation = model->generate(ask("Hello", 20), nullptr, {});
      if (generation) text = generation->content;
    });
  }
  threads.clear();
  for (const std::string& text : texts) CHECK(text == expected);
}

TEST_CASE("a path without a model is named") {
  const auto model = load_torch_model(configured("/nowhere/model.gguf"));
  REQUIRE(!model);
  CHECK(model.error().code == ErrorCode::not_found);
  CHECK(model.error().message.find("/nowhere/model.gguf") != std::string::npos);
}

// A copy of a tiny checkpoint to be damaged.
class Damaged {
 public:
  Damaged() : folder_(std::filesystem::temp_directory_path() / "seekd_torch_model_test") {
    std::filesystem::remove_all(folder_);
    std::filesystem::copy(kVectors / "tiny_llama", folder_);
  }
  ~Damaged() { std::filesystem::remove_all(folder_); }

  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::ifstream input(folder_ / file);
    std::string text(std::istreambuf_iterator<char>(input), {});
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    std::ofstream(folder_ / file) << text;
  }

  Error error(const config::ModelConfig& config) const {
    const auto model = load_torch_model(config);
    REQUIRE(!model);
    return model.error();
  }
  Error error() const { return error(configured(folder_)); }

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

TEST_CASE("a tokenizer larger than the embedding is refused, for its ids would be read beyond it") {
  const Damaged damaged;
  damaged.replace("tokenizer.json", "\"id\": 260", "\"id\": 99999");
  CHECK(damaged.error().code == ErrorCode::corrupt);
}

TEST_CASE("a configuration that does not fit the tensors is an error before memory is taken") {
  const Damaged damaged;
  damaged.replace("config.json", "\"intermediate_size\": 40", "\"intermediate_size\": 41");
  const Error error = damaged.error();
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.message.find("mlp") != std::string::npos);
}

TEST_CASE("a context that does not fit into memory is refused with the numbers") {
  const Damaged damaged;
  damaged.replace("config.json", "\"max_position_embeddings\": 1024",
                  "\"max_position_embeddings\": 2000000000");
  auto config = configured(damaged.folder());
  config.context_tokens_max = 2'000'000'000;
  const Error error = damaged.error(config);
  CHECK(error.code == ErrorCode::too_large);
  CHECK(error.message.find("GiB for a context of 2000000000 tokens") != std::string::npos);
}

TEST_CASE("weights whose rows are no whole blocks are not quantised, and it is said what to set") {
  config::ModelConfig config = configured(kVectors / "tiny_llama");
  config.quantization = config::Quantization::int8;
  const auto model = load_torch_model(config);
  REQUIRE(!model);
  CHECK(model.error().code == ErrorCode::unsupported);
  CHECK(model.error().message.find("set model.quantization = \"none\"") != std::string::npos);
}

TEST_CASE("cuda where there is none is an error that says what to do") {
  if (std::filesystem::exists("/dev/nvidia0")) return;
  auto config = configured(kVectors / "tiny_llama");
  config.device = config::Device::cuda;
  const auto model = load_torch_model(config);
  REQUIRE(!model);
  CHECK(model.error().code == ErrorCode::unavailable);
  CHECK(model.error().message.find("scripts/setup --gpu") != std::string::npos);
}

TEST_CASE("a prompt that begins like an earlier one runs only what is new, and answers the same") {
  const std::string page =
      "Read this.\nThe harbour lies in the north. The bridge was opened in 1931.\n";
  const auto asked = [&](const char* question, const char* salt) {
    GenerateRequest request = ask(page + question);
    request.cache_salt = salt;
    return request;
  };
  const auto cold = tiny();
  const auto warm = tiny();
  const Generation first = generated(*warm, asked("When?", "a"));
  CHECK(first.cached_tokens == 0);
  const Generation second = generated(*warm, asked("Where?", "a"));
  CHECK(second.cached_tokens > warm->count_tokens(page) / 2);
  CHECK(second.cached_tokens < second.prompt_tokens);
  CHECK(second.content == generated(*cold, asked("Where?", "a")).content);
  CHECK(generated(*warm, asked("Where?", "b")).cached_tokens == 0);
}

TEST_CASE("a caller that is slow holds up nobody else") {
  const auto model = tiny();
  std::atomic<bool> release = false;
  std::jthread slow([&] {
    (void)model->generate(ask("Slow", 400), [&](const TextDelta&) { release.wait(false); }, {});
  });
  CHECK(generated(*model, ask("Hello", 40)).completion_tokens == 40);
  release = true;
  release.notify_all();
}

TEST_CASE("the embedded default answers a question about a text it is given") {
  const char* home = std::getenv("HOME");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const std::filesystem::path root =
      cache ? std::filesystem::path(cache) : std::filesystem::path(home ? home : "/") / ".cache";
  const auto path = root / "seekd/models/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path)) {
    std::cout << "skipped: no " << path << "; scripts/setup installs it\n";
    return;
  }
  const auto model = load_torch_model(configured(path));
  REQUIRE(model);
  CHECK((*model)->info().name == "SmolLM2-135M-Instruct.Q4_1");
  const Generation generation = generated(
      **model, ask("Text: The bridge at Varnholm was opened in 1931.\n\nIn which year was the "
                   "bridge at Varnholm opened?"));
  std::cout << generation.content << '\n';
  CHECK(generation.content.find("1931") != std::string::npos);
}

}  // namespace
}  // namespace seekd::model
