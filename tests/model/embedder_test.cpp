// Vectors against those of transformers, recorded by tests/model/vectors/make_embedder_vectors.py.

#include "model/embedder.h"

#include <cmath>
#include <iostream>
#include <thread>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <catch2/catch.hpp>

#include "model/families/bert.h"
#include "model/text/encoder_tokenizer.h"
#include "model/threads.h"
#include "tests/model/model_files.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

using Vectors = std::vector<std::vector<float>>;

const std::filesystem::path kTiny = "tests/model/vectors/tiny_bert";

std::unique_ptr<Embedder> load(const std::filesystem::path& folder) {
  config::EmbedderConfig config;
  config.path = folder;
  config.device = config::Device::cpu;
  auto embedder = load_torch_embedder(config, 0);
  if (!embedder) FAIL(embedder.error().message);
  return *std::move(embedder);
}

// What the network gives in float32, whatever the processor would choose by itself.
Vectors run_in_float32(const std::filesystem::path& folder, EncoderConfig encoder,
                       const std::vector<std::string>& texts) {
  const c10::InferenceMode no_gradients;
  use_threads(thread_count(0));
  const auto tokenizer = EncoderTokenizer::load(folder);
  REQUIRE(tokenizer);
  const auto checkpoint = Checkpoint::open_tensors(folder);
  REQUIRE(checkpoint);
  const auto network =
      Bert::load(*checkpoint, encoder, Bert::Head::none, {c10::kCPU, c10::kFloat, "cpu"});
  if (!network) FAIL(network.error().message);
  std::vector<std::vector<TokenId>> ids;
  for (const std::string& text : texts)
    ids.push_back((*tokenizer)->encode(text, encoder.tokens_max));
  const at::Tensor rows = network->forward(ids);
  Vectors vectors;
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    const float* row = rows.data_ptr<float>() + i * rows.size(1);
    vectors.emplace_back(row, row + rows.size(1));
  }
  return vectors;
}

double greatest_difference(const Vectors& vectors, const boost::json::value& recorded) {
  const auto expected = boost::json::value_to<Vectors>(recorded);
  REQUIRE(vectors.size() == expected.size());
  double greatest = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    REQUIRE(vectors[i].size() == expected[i].size());
    for (std::size_t k = 0; k < vectors[i].size(); ++k) {
      greatest = std::max(greatest, std::abs(double{vectors[i][k]} - expected[i][k]));
    }
  }
  return greatest;
}

float dot(const float* a, const float* b, std::size_t size) {
  float sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

TEST_CASE("a tiny BERT's vectors are those of transformers, pooled either way") {
  const auto recorded = read_vectors("tiny_bert.json");
  const auto texts = boost::json::value_to<std::vector<std::string>>(recorded.at("texts"));
  auto encoder = read_encoder_config(kTiny);
  REQUIRE(encoder);
  CHECK(greatest_difference(run_in_float32(kTiny, *encoder, texts), recorded.at("mean")) < 2e-5);
  encoder->pooling = Pooling::first_token;
  CHECK(greatest_difference(run_in_float32(kTiny, *encoder, texts), recorded.at("first_token")) <
        2e-5);
}

TEST_CASE("a tiny XLM-RoBERTa's vectors are those of transformers, pooled as its folder says") {
  const std::filesystem::path folder = "tests/model/vectors/tiny_xlmr";
  const auto recorded = read_vectors("tiny_xlmr.json");
  const auto texts = boost::json::value_to<std::vector<std::string>>(recorded.at("embedded"));
  const auto encoder = read_encoder_config(folder);
  if (!encoder) FAIL(encoder.error().message);
  CHECK(encoder->pooling == Pooling::first_token);
  CHECK(encoder->tokens_max == 64);
  CHECK(greatest_difference(run_in_float32(folder, *encoder, texts), recorded.at("first_token")) <
        2e-5);
  const Embedding embedding = embedding_of(load(folder));
  CHECK(embedding.reads("天气预报说明天有雨"));
  CHECK(embedding.reads("which release is stable"));
  CHECK_FALSE(embedding.reads("สวัสดีชาวโลก"));
}

TEST_CASE(
    "MiniLM's vectors are those of transformers, and near them in the processor's own precision") {
  const auto folder = find_or_skip(minilm_path());
  if (!folder) return;
  const auto recorded = read_vectors("minilm.json");
  const auto texts = boost::json::value_to<std::vector<std::string>>(recorded.at("embedded"));
  const auto encoder = read_encoder_config(*folder);
  REQUIRE(encoder);
  const double difference =
      greatest_difference(run_in_float32(*folder, *encoder, texts), recorded.at("vectors"));
  std::cout << "MiniLM: greatest difference of a component " << difference << '\n';
  CHECK(difference < 1e-5);

  const auto embedder = load(*folder);
  CHECK(embedder->info().dimension == 384);
  CHECK(embedder->info().tokens_max == 256);
  const auto vectors = embedder->embed(TextRole::passage, texts);
  REQUIRE(vectors);
  const auto expected = boost::json::value_to<Vectors>(recorded.at("vectors"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(texts[i]);
    CHECK(dot(vectors->data() + i * 384, expected[i].data(), 384) > 0.999F);
  }
}

TEST_CASE("a text's vector does not depend on the texts beside it") {
  const auto embedder = load(kTiny);
  const std::vector<std::string> texts = {"the cat sat", "mat", "the cat sat on the mat , the cat",
                                          "", "sat"};
  const auto together = embedder->embed(TextRole::query, texts);
  REQUIRE(together);
  const std::size_t dimension = embedder->info().dimension;
  REQUIRE(together->size() == texts.size() * dimension);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto alone = embedder->embed(TextRole::query, std::span(texts).subspan(i, 1));
    REQUIRE(alone);
    CHECK(dot(alone->data(), together->data() + i * dimension, dimension) > 0.9999F);
    CHECK(dot(alone->data(), alone->data(), dimension) == Approx(1.0F).margin(1e-3));
  }
  CHECK(embedder->embed(TextRole::query, {})->empty());
}

TEST_CASE("several threads embed at once and get the same") {
  const auto embedder = load(kTiny);
  const std::vector<std::string> texts = {"the cat", "sat on the mat"};
  const auto expected = embedder->embed(TextRole::passage, texts);
  REQUIRE(expected);
  std::vector<std::jthread> threads;
  std::atomic<int> equal = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20; ++turn) {
        if (*embedder->embed(TextRole::passage, texts) == *expected) ++equal;
      }
    });
  }
  threads.clear();
  CHECK(equal == 80);
}

TEST_CASE(
    "a prefix stands before the text, and passages under another one are of another fingerprint") {
  config::EmbedderConfig config;
  config.path = kTiny;
  config.device = config::Device::cpu;
  config.query_prefix = "the ";
  const auto prefixed = load_torch_embedder(config, 1);
  REQUIRE(prefixed);
  const auto plain = load(kTiny);
  CHECK(plain->info().fingerprint == (*prefixed)->info().fingerprint);
  const std::string with = "the cat";
  const std::string without = "cat";
  CHECK(*plain->embed(TextRole::query, {&with, 1}) ==
        *(*prefixed)->embed(TextRole::query, {&without, 1}));
  CHECK(*plain->embed(TextRole::passage, {&without, 1}) ==
        *(*prefixed)->embed(TextRole::passage, {&without, 1}));
  config.passage_prefix = "on ";
  CHECK((*load_torch_embedder(config, 1))->info().fingerprint != plain->info().fingerprint);
}

TEST_CASE("an embedder whose files do not belong together is refused") {
  const TemporaryFolder folder;
  for (const char* name : {"config.json", "tokenizer.json", "sentence_bert_config.json"}) {
    folder.write(name, read_file(kTiny / name));
  }
  config::EmbedderConfig config;
  config.path = folder.path();
  CHECK(load_torch_embedder(config, 1).error().code == ErrorCode::not_found);  // no weights
  const std::string weights = read_file(kTiny / "model.safetensors");
  folder.write("model.safetensors", weights.substr(0, weights.size() - 4));
  CHECK(load_torch_embedder(config, 1).error().code == ErrorCode::corrupt);
  folder.write("model.safetensors", weights);
  CHECK(load_torch_embedder(config, 1).has_value());
  const auto replaced = [&](std::string text, std::string_view a, std::string_view b) {
    text.replace(text.find(a), a.size(), b);
    return text;
  };
  const std::string sound = read_file(kTiny / "config.json");
  // A shape that the weights do not have; more tokens than the embedding has rows.
  folder.write("config.json", replaced(sound, "\"hidden_size\": 32", "\"hidden_size\": 64"));
  CHECK(load_torch_embedder(config, 1).error().code == ErrorCode::corrupt);
  folder.write("config.json", replaced(sound, "\"vocab_size\": 24", "\"vocab_size\": 23"));
  CHECK(load_torch_embedder(config, 1).error().code == ErrorCode::corrupt);
  folder.write("config.json",
               replaced(sound, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
  CHECK(load_torch_embedder(config, 1).error().code == ErrorCode::corrupt);
}

}  // namespace seekd::model
