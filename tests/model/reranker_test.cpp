// Scores against those of transformers, recorded by tests/model/vectors/make_encoder_vectors.py.

#include "model/reranker.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "model/text/encoder_tokenizer.h"
#include "tests/model/model_files.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

using namespace std::chrono_literals;
using Pairs = std::vector<std::vector<std::string>>;

const std::filesystem::path kFolder = "tests/model/vectors/tiny_rerankers";

std::unique_ptr<Reranker> load(const std::filesystem::path& folder) {
  auto reranker = load_torch_reranker(folder, config::Device::cpu, 1);
  if (!reranker) FAIL(reranker.error().message);
  return *std::move(reranker);
}

void check_parity(const std::string& name) {
  const auto recorded = read_vectors("tiny_rerankers.json");
  const auto pairs = boost::json::value_to<Pairs>(recorded.at("pairs"));
  const auto expected = boost::json::value_to<std::vector<double>>(recorded.at(name).at("scores"));
  const auto ids =
      boost::json::value_to<std::vector<std::vector<TokenId>>>(recorded.at(name).at("ids"));
  const auto reranker = load(kFolder / name);
  const auto tokenizer = EncoderTokenizer::load(kFolder / name);
  REQUIRE(tokenizer);
  REQUIRE(pairs.size() == expected.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    CAPTURE(pairs[i][0], pairs[i][1]);
    const TokenPair pair = (*tokenizer)->encode_pair(pairs[i][0], pairs[i][1], 64);
    CHECK(pair.ids == ids[i]);
    const auto scores = reranker->score(pairs[i][0], std::span(pairs[i]).subspan(1), 1h);
    REQUIRE(scores);
    REQUIRE(scores->size() == 1);
    // In the processor's own precision; a score is between -4 and 2.
    CHECK(scores->front() == Approx(expected[i]).margin(0.05));
  }
}

}  // namespace

TEST_CASE("a tiny BERT's scores of pairs are those of transformers") {
  check_parity("bert");
}

TEST_CASE("a tiny XLM-RoBERTa's scores of pairs are those of transformers") {
  check_parity("xlmr");
}

TEST_CASE("passages are scored together as alone, and time that is up leaves the first batch") {
  const auto reranker = load(kFolder / "bert");
  std::vector<std::string> passages;
  for (int i = 0; i < 200; ++i) {
    passages.push_back(i % 3 == 0 ? "the cat" : "sat on the mat , the cat sat !");
  }
  const auto all = reranker->score("the cat", passages, 1h);
  REQUIRE(all);
  REQUIRE(all->size() == passages.size());
  for (std::size_t i = 3; i < passages.size(); ++i) {
    CHECK((*all)[i] == Approx((*all)[i % 3]).margin(0.05));
  }
  const auto some = reranker->score("the cat", passages, 0ms);
  REQUIRE(some);
  CHECK(some->size() >= 1);
  CHECK(some->size() < passages.size());
  CHECK(reranker->score("the cat", {}, 1h)->empty());
}

TEST_CASE("what a cache is given of a reranker are scores from 0 to 1 in the same order") {
  const std::shared_ptr<const Reranker> reranker = load(kFolder / "bert");
  const Reranking reranking = reranking_of(reranker, 7, 1h);
  CHECK(reranking.candidates == 7);
  const std::vector<std::string> passages{"the mat", "sat"};
  const auto judged = reranking.judge("the cat", passages);
  const auto scores = reranker->score("the cat", passages, 1h);
  REQUIRE(judged);
  for (std::size_t i = 0; i < passages.size(); ++i) {
    CHECK((*judged)[i] == Approx(1 / (1 + std::exp(-(*scores)[i]))).margin(1e-6));
  }
}

TEST_CASE("an embedder's folder is no reranker's") {
  const auto reranker =
      load_torch_reranker("tests/model/vectors/tiny_bert", config::Device::cpu, 1);
  REQUIRE_FALSE(reranker);
  CHECK(reranker.error().code == ErrorCode::corrupt);
  CHECK(reranker.error().message.find("pooler") != std::string::npos);
}

}  // namespace seekd::model
