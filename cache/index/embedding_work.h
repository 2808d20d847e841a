// What is to be embedded, and whose vectors are stored: the part of `vectors` that reads and writes
// RocksDB.
//
// One thread at a time. Errors: corrupt, io.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/database.h"
#include "cache/index/vector_index.h"
#include "policy/embedding.h"
#include "policy/result.h"

namespace seekd::cache {

// Puts all passages back to waiting where the stored vectors are another embedder's, in one batch
// that also says whose they are from now on.
Status adopt_embedder(Database& database, const Embedding& embedding);

// Fills an empty index from `vectors`. `embedding`: whose they are; nullptr: hosts alone are read.
Status load_vectors(const ReadView& view, const Embedding* embedding, VectorIndex& index);

// What of a passage is embedded: its page's title, its headings, its text. nullopt when the passage
// or its page's record is gone.
Result<std::optional<std::string>> text_to_embed(const ReadView& view, std::uint64_t passage);

}  // namespace seekd::cache
