// PassageEmbedder: gives the passages that wait for it their vectors, a batch at a time.
//
// Any thread; two batches at once do the same work twice, and nothing worse.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/database.h"
#include "cache/index/embedding_work.h"
#include "cache/index/passage_lengths.h"
#include "cache/index/vector_index.h"
#include "cache/page_writer.h"
#include "policy/result.h"

namespace seekd::cache {

// The index in memory, and whose vectors it holds.
struct Vectors {
  explicit Vectors(std::optional<Embedding> given)
      : embedding(std::move(given)), index(embedding ? &*embedding : nullptr) {}

  const std::optional<Embedding> embedding;
  VectorIndex index;
  PassageLengths lengths;
};

class PassageEmbedder {
 public:
  // REQUIRES: all outlive this.
  PassageEmbedder(Database& database, Vectors& vectors, PageWriter& writer)
      : database_(database), vectors_(vectors), writer_(writer) {}

  // How many have got theirs. Errors: the embedder's and the database's; corrupt (a passage that
  // cannot be read, behind all that can; it waits no more).
  Result<std::size_t> embed(std::size_t passages_max);

 private:
  // Passages of one batch of embedding, and their texts.
  struct WaitingTexts {
    std::vector<std::uint64_t> passages;
    std::vector<std::string> texts;      // by passage
    std::vector<std::uint64_t> damaged;  // cannot be read
    Status damage;                       // of the first of these
  };
  Result<WaitingTexts> waiting_texts(std::size_t passages_max);
  Result<std::vector<PassageVector>> embed(const WaitingTexts& waiting) const;

  Database& database_;
  Vectors& vectors_;
  PageWriter& writer_;
};

}  // namespace seekd::cache
