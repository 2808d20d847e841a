#include "model/embedder.h"

#include "model/kernels/dot_int8.h"

namespace seekd::model {
namespace {

// English, with the names and numbers of questions, is read to nine tenths and more by an English
// vocabulary; of Chinese, Japanese, Korean and Russian it reads less than six.
constexpr double kReadableShareMin = 0.7;

}  // namespace

Embedding embedding_of(const std::shared_ptr<const Embedder>& embedder) {
  Embedding embedding;
  embedding.fingerprint = embedder->info().fingerprint;
  embedding.dimension = embedder->info().dimension;
  embedding.embed_passages = [embedder](std::span<const std::string> texts) {
    return embedder->embed(TextRole::passage, texts);
  };
  embedding.embed_query = [embedder](const std::string& text) {
    return embedder->embed(TextRole::query, std::span(&text, 1));
  };
  embedding.reads = [embedder](std::string_view text) {
    return embedder->readable_share(text) >= kReadableShareMin;
  };
  embedding.score = dot_int8;
  if (embedder->has_device()) {
    embedding.device_rows = [embedder](std::size_t row_bytes) {
      return embedder->device_rows(row_bytes);
    };
  }
  return embedding;
}

}  // namespace seekd::model
