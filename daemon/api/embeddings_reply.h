// POST /v1/embeddings, the reply. Of many texts it is megabytes: it is not written on the I/O
// thread.
//
// Pure; any thread.

#pragma once

#include <string>
#include <string_view>

#include "daemon/api/embeddings_request.h"

namespace seekd::daemon {

// A list of embeddings as JSON text. Numbers are the shortest that give the same float again.
// REQUIRES: vectors.values has rows of `dimension`.
std::string embeddings_json(const EmbeddingDesk::Vectors& vectors, std::size_t dimension,
                            std::string_view model, VectorEncoding encoding);

}  // namespace seekd::daemon
