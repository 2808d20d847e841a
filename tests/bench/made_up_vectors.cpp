#include "tests/bench/made_up_vectors.h"

#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace seekd::bench {
namespace {

constexpr std::size_t centres = 2000;
constexpr float spread = 0.7F;  // of a vector around its centre, against the centre's own length

std::vector<float> direction(std::size_t seed, std::size_t dimension) {
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(seed % 2147483646 + 1));
  std::normal_distribution<float> component(0.0F, 1.0F / std::sqrt(static_cast<float>(dimension)));
  std::vector<float> vector(dimension);
  for (float& value : vector) value = component(random);
  return vector;
}

void append(const std::string& text, const std::vector<std::vector<float>>& all_centres,
            std::vector<float>& rows) {
  const std::size_t hash = std::hash<std::string>()(text);
  const std::vector<float>& centre = all_centres[hash % centres];
  const std::vector<float> own = direction(hash, centre.size());
  float squares = 0;
  const std::size_t begin = rows.size();
  for (std::size_t i = 0; i < centre.size(); ++i) {
    rows.push_back(centre[i] + spread * own[i]);
    squares += rows.back() * rows.back();
  }
  for (std::size_t i = begin; i < rows.size(); ++i) rows[i] /= std::sqrt(squares);
}

}  // namespace

Embedding with_made_up_passages(const std::shared_ptr<const model::Embedder>& embedder) {
  Embedding embedding = model::embedding_of(embedder);
  embedding.fingerprint += ", made-up passages";
  std::vector<std::vector<float>> all_centres;
  for (std::size_t i = 0; i < centres; ++i) {
    all_centres.push_back(direction(i, embedding.dimension));
  }
  embedding.embed_passages = [all_centres = std::move(all_centres)](
                                 std::span<const std::string> texts) -> Result<std::vector<float>> {
    std::vector<float> rows;
    for (const std::string& text : texts) append(text, all_centres, rows);
    return rows;
  };
  return embedding;
}

}  // namespace seekd::bench
