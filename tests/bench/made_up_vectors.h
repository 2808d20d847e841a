// Vectors for more passages than could be embedded in a benchmark's time.

#pragma once

#include <memory>

#include "model/embedder.h"
#include "policy/embedding.h"

namespace seekd::bench {

// The embedder's own queries and products; passages get vectors around two thousand made-up
// centres, the same for the same text.
Embedding with_made_up_passages(const std::shared_ptr<const model::Embedder>& embedder);

}  // namespace seekd::bench
