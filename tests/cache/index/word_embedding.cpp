#include "tests/cache/index/word_embedding.h"

#include <cmath>
#include <map>
#include <sstream>

namespace seekd::cache {
namespace {

const std::map<std::string, std::size_t> axes{{"falcon", 0},   {"raptor", 0}, {"rocket", 1},
                                              {"launcher", 1}, {"bread", 69}, {"loaf", 69}};

std::vector<float> vector_of(const std::string& text, std::size_t dimension) {
  std::vector<float> vector(dimension, 0.01F);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (const auto axis = axes.find(word); axis != axes.end()) vector[axis->second] += 1.0F;
  }
  float square = 0.0F;
  for (float value : vector) square += value * value;
  for (float& value : vector) value /= std::sqrt(square);
  return vector;
}

}  // namespace

Embedding embedding_of(const std::shared_ptr<WordEmbedding>& state) {
  Embedding embedding;
  embedding.fingerprint = state->fingerprint;
  embedding.dimension = state->dimension;
  embedding.embed_passages =
      [state](std::span<const std::string> texts) -> Result<std::vector<float>> {
    if (state->broken) return fail(ErrorCode::internal, "the embedder is broken");
    state->passages_embedded += texts.size();
    std::vector<float> vectors;
    for (const std::string& text : texts) {
      const std::vector<float> vector = vector_of(text, state->dimension);
      vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    return vectors;
  };
  embedding.embed_query = [state](const std::string& text) -> Result<std::vector<float>> {
    return vector_of(text, state->dimension);
  };
  embedding.reads = [state](std::string_view text) {
    return text.find(state->unread) == std::string_view::npos;
  };
  embedding.score = [](std::span<const std::int8_t> query, std::span<const std::int8_t> rows,
                       std::span<std::int32_t> scores) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] = 0;
      for (std::size_t k = 0; k < query.size(); ++k) {
        scores[i] += query[k] * rows[i * query.size() + k];
      }
    }
  };
  return embedding;
}

}  // namespace seekd::cache
