// An embedding that tests can follow: words of one meaning share an axis.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "policy/embedding.h"

namespace seekd::cache {

struct WordEmbedding {
  std::string fingerprint = "words";
  std::size_t dimension = 70;       // no multiple of a row's step
  std::string unread = "unlesbar";  // a query with it is in a language that is not known
  bool broken = false;              // embedding fails

  std::size_t passages_embedded = 0;
};

// Counts into `state`, which is asked at each call.
Embedding embedding_of(const std::shared_ptr<WordEmbedding>& state);

}  // namespace seekd::cache
