#include "ctl/eval_retrieval.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <unordered_set>
#include <vector>

#include "cache/rocks_page_cache.h"
#include "ctl/collection.h"
#include "ctl/temporary_folder.h"
#include "policy/page_text_guard.h"
#include "policy/plain_text.h"

namespace seekd::ctl {
namespace {

constexpr std::string_view url_prefix = "https://collection.invalid/";
constexpr std::size_t passages_per_document = 10;  // drawn for each that is asked for
constexpr std::size_t embed_at_once = 64;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

FetchedPage page_of(const CollectionRecord& record, std::size_t number, TimePoint now) {
  FetchedPage page;
  page.url = page.final_url = std::string(url_prefix) + std::to_string(number);
  page.requested_at = page.retrieved_at = now;
  page.metadata.title = policy::visible_text(record.title);
  page.blocks = policy::read_paragraphs(record.text);
  return page;
}

class Evaluation {
 public:
  Evaluation(cache::PageCache& cache, TimePoint now, const RetrievalRun& run)
      : cache_(cache), now_(now), run_(run) {}

  Status store_corpus() {
    const auto begin = Clock::now();
    Status stored = for_each_record(run_.corpus, [this](const CollectionRecord& record) -> Status {
      auto outcome = cache_.store(page_of(record, ids_.size(), now_), now_);
      if (!outcome) return std::unexpected(std::move(outcome.error()));
      ids_.push_back(record.id);
      return {};
    });
    if (!stored) return stored;
    std::cerr << ids_.size() << " documents stored in " << seconds_since(begin) << " s\n";
    return {};
  }

  Status embed_corpus() {
    const auto begin = Clock::now();
    std::size_t passages = 0;
    while (true) {
      const auto embedded = cache_.embed_waiting(embed_at_once);
      if (!embedded) return std::unexpected(embedded.error());
      if (*embedded == 0) break;
      passages += *embedded;
    }
    if (passages > 0) {
      std::cerr << passages << " passages embedded in " << seconds_since(begin) << " s\n";
    }
    return {};
  }

  Status ask_all(std::ostream& output) {
    std::vector<double> seconds;
    Status asked = for_each_record(run_.queries, [&](const CollectionRecord& query) -> Status {
      const auto begin = Clock::now();
      const auto passages = ask(query.text);
      if (!passages) return std::unexpected(passages.error());
      seconds.push_back(seconds_since(begin));
      print(query.id, *passages, output);
      return {};
    });
    if (!asked) return asked;
    std::ranges::sort(seconds);
    std::cerr << seconds.size() << " queries, each in "
              << (seconds.empty() ? 0.0 : seconds[seconds.size() / 2] * 1e3) << " ms (median)\n";
    return {};
  }

 private:
  Result<std::vector<Passage>> ask(const std::string& text) {
    return cache_.search({.text = text,
                          .top = run_.top * passages_per_document,
                          .mode = run_.mode,
                          .duplicates = cache::Duplicates::keep,
                          .hosts = {},
                          .hosts_denied = {},
                          .urls = {}},
                         now_);
  }

  void print(const std::string& query, const std::vector<Passage>& passages,
             std::ostream& output) const {
    std::unordered_set<std::string> seen;
    for (const Passage& passage : passages) {
      if (seen.size() == run_.top || !seen.insert(passage.url).second) continue;
      const std::size_t number = std::stoul(passage.url.substr(url_prefix.size()));
      output << query << " Q0 " << ids_[number] << ' ' << seen.size() << ' ' << std::setprecision(7)
             << passage.score << " seekd-" << cache::to_string(run_.mode) << '\n';
    }
  }

  cache::PageCache& cache_;
  const TimePoint now_;
  const RetrievalRun& run_;
  std::vector<std::string> ids_;  // of documents, by the number in their URL
};

// Whether any query is searched by meaning: embedding a collection for none of them takes minutes
// and changes nothing.
Result<bool> needs_vectors(const RetrievalRun& run, const std::optional<Embedding>& embedding) {
  if (!embedding || run.mode != cache::SearchMode::hybrid) return embedding.has_value();
  bool any = false;
  Status read = for_each_record(run.queries, [&](const CollectionRecord& query) -> Status {
    any = any || embedding->reads(query.text);
    return {};
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!any) std::cerr << "the embedder knows the language of no query: words alone are searched\n";
  return any;
}

}  // namespace

Status run_retrieval(const RetrievalRun& run, std::optional<Embedding> embedding,
                     std::optional<Reranking> reranking, std::ostream& output) {
  const auto vectors = needs_vectors(run, embedding);
  if (!vectors) return std::unexpected(vectors.error());
  const auto folder = TemporaryFolder::create("seekd-eval");
  if (!folder) return std::unexpected(folder.error());
  const TimePoint now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  config::CacheConfig config;
  config.directory = folder->path() / "cache";
  const auto cache =
      cache::open_rocks_page_cache(config, now, std::move(embedding), std::move(reranking));
  if (!cache) return std::unexpected(cache.error());
  Evaluation evaluation(**cache, now, run);
  Status done = evaluation.store_corpus();
  if (done && *vectors) done = evaluation.embed_corpus();
  if (done) done = evaluation.ask_all(output);
  return done;
}

}  // namespace seekd::ctl
