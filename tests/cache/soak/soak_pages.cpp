#include "tests/cache/soak/soak_pages.h"

#include <cmath>
#include <functional>
#include <sstream>

namespace seekd::cache {
namespace {

constexpr std::size_t dimension = 128;
constexpr double vocabulary = 50'000;
constexpr std::string_view edition_mark = "edition ";

std::string word(std::uint64_t number) {
  std::string letters;
  for (++number; number > 0; number /= 20)
    letters += "bcdfghjklmnpqrstvwxz"[number % 20], letters += 'a';
  return letters;
}

std::vector<float> vector_of(const std::string& text) {
  std::vector<float> vector(dimension, 0.01F);
  std::istringstream words(text);
  for (std::string next; words >> next;) {
    const std::size_t hash = std::hash<std::string>()(next);
    vector[hash % dimension] += hash / dimension % 2 == 0 ? 1.0F : -1.0F;
  }
  float square = 0;
  for (float value : vector) square += value * value;
  for (float& value : vector) value /= std::sqrt(square);
  return vector;
}

}  // namespace

std::string soak_url(std::uint32_t number) {
  return "https://site" + std::to_string(number % 50) + ".example/" + std::to_string(number);
}

std::string soak_words(std::mt19937_64& random, int count) {
  std::uniform_real_distribution<double> uniform(0, std::log(vocabulary));
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += word(static_cast<std::uint64_t>(std::exp(uniform(random))));
  }
  return text;
}

FetchedPage soak_page(std::mt19937_64& random, std::uint32_t urls, std::uint64_t edition,
                      TimePoint now) {
  const auto number = static_cast<std::uint32_t>(random() % urls);
  FetchedPage page;
  page.url = page.final_url = soak_url(number);
  page.requested_at = page.retrieved_at = now;
  page.metadata.title = "Page " + std::to_string(number);
  std::mt19937_64 own(number);
  for (int i = 0; i < 10; ++i) {
    const bool changes = random() % 4 == 0;
    page.blocks.push_back({BlockKind::paragraph, 0, soak_words(changes ? random : own, 60)});
  }
  page.blocks.push_back(
      {BlockKind::paragraph, 0, std::string(edition_mark) + std::to_string(edition)});
  return page;
}

std::uint64_t edition_of(const StoredPage& page) {
  if (page.blocks.empty() || !page.blocks.back().text.starts_with(edition_mark)) return 0;
  return std::stoull(page.blocks.back().text.substr(edition_mark.size()));
}

Embedding soak_embedding() {
  Embedding embedding;
  embedding.fingerprint = "soak";
  embedding.dimension = dimension;
  embedding.embed_passages = [](std::span<const std::string> texts) -> Result<std::vector<float>> {
    std::vector<float> vectors;
    for (const std::string& text : texts) {
      const std::vector<float> vector = vector_of(text);
      vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    return vectors;
  };
  embedding.embed_query = [](const std::string& text) -> Result<std::vector<float>> {
    return vector_of(text);
  };
  embedding.reads = [](std::string_view) { return true; };
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
