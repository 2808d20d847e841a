// Quality of retrieval on a judged collection: the documents go into a cache of their own, through
// the code that seekd runs, and each query is asked of it.
//
// Blocking; one thread. The cache lives in a folder that goes with the run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <ostream>

#include "cache/page_cache.h"
#include "policy/embedding.h"
#include "policy/reranking.h"
#include "policy/result.h"

namespace seekd::ctl {

struct RetrievalRun {
  std::filesystem::path corpus;
  std::filesystem::path queries;
  cache::SearchMode mode = cache::SearchMode::hybrid;
  std::size_t top = 10;  // documents a query
};

// Writes a TREC run, "query Q0 document rank score tag" a line, and tells on standard error how
// long each part took. A document counts as its best passage. `embedding`: nullopt searches by
// words alone; `reranking`: nullopt leaves the order as it is. Errors: of the files, of the
// cache, of the embedding and the reranking.
Status run_retrieval(const RetrievalRun& run, std::optional<Embedding> embedding,
                     std::optional<Reranking> reranking, std::ostream& output);

}  // namespace seekd::ctl
