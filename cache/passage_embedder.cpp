#include "cache/passage_embedder.h"

#include <span>

namespace seekd::cache {

Result<std::size_t> PassageEmbedder::embed(std::size_t passages_max) {
  if (!vectors_.embedding) return 0;
  Result<WaitingTexts> waiting = waiting_texts(passages_max);
  if (!waiting) return std::unexpected(std::move(waiting.error()));
  const Result<std::vector<PassageVector>> embedded = embed(*waiting);
  if (!embedded) return std::unexpected(embedded.error());
  if (Status stored = writer_.store_vectors(*embedded); !stored) {
    return std::unexpected(std::move(stored.error()));
  }
  // They wait no more, or the others would be behind them for ever.
  for (const std::uint64_t passage : waiting->damaged) vectors_.index.give_up(passage);
  if (!waiting->damage) return std::unexpected(std::move(waiting->damage.error()));
  return embedded->size();
}

Result<PassageEmbedder::WaitingTexts> PassageEmbedder::waiting_texts(std::size_t passages_max) {
  WaitingTexts waiting;
  // In this order: whatever waits in the index was written before, so that the view has it.
  const std::vector<std::uint64_t> passages = vectors_.index.waiting(passages_max);
  const ReadView view(database_);
  for (const std::uint64_t passage : passages) {
    Result<std::optional<std::string>> text = text_to_embed(view, passage);
    if (text && *text) {
      waiting.passages.push_back(passage);
      waiting.texts.push_back(std::move(**text));
      continue;
    }
    if (text) {
      vectors_.index.give_up(passage);
      continue;
    }
    if (text.error().code != ErrorCode::corrupt) return std::unexpected(std::move(text.error()));
    waiting.damaged.push_back(passage);
    if (waiting.damage) waiting.damage = std::unexpected(std::move(text.error()));
  }
  return waiting;
}

Result<std::vector<PassageVector>> PassageEmbedder::embed(const WaitingTexts& waiting) const {
  std::vector<PassageVector> embedded;
  if (waiting.texts.empty()) return embedded;
  const std::size_t dimension = vectors_.embedding->dimension;
  const auto vectors = vectors_.embedding->embed_passages(waiting.texts);
  if (!vectors) return std::unexpected(vectors.error());
  for (std::size_t i = 0; i < waiting.passages.size(); ++i) {
    embedded.push_back({.passage = waiting.passages[i],
                        .vector = quantize(std::span(*vectors).subspan(i * dimension, dimension))});
  }
  return embedded;
}

}  // namespace seekd::cache
