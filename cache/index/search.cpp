#include "cache/index/search.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

#include "cache/index/fusion.h"
#include "cache/index/lexical_index.h"
#include "cache/index/passage_loader.h"
#include "cache/index/phrase_filter.h"
#include "cache/index/query.h"
#include "cache/index/query_terms.h"
#include "cache/index/shown_passages.h"
#include "cache/page_reader.h"
#include "cache/record.h"
#include "policy/collection.h"

namespace seekd::cache {
namespace {

bool worse(const RankedPassage& a, const RankedPassage& b) {
  return a.score != b.score ? a.score < b.score : a.passage > b.passage;
}

// Takes the best `count` out of a heap.
std::vector<RankedPassage> pop_best(std::vector<RankedPassage>& heap, std::size_t count) {
  std::vector<RankedPassage> best;
  while (best.size() < count && !heap.empty()) {
    std::ranges::pop_heap(heap, worse);
    best.push_back(heap.back());
    heap.pop_back();
  }
  return best;
}

// Best first, until enough have passed. A heap, because that decides how many are looked at.
Result<std::vector<Passage>> take_best(std::vector<RankedPassage> ranked, PassageLoader& loader,
                                       const SearchQuery& query, std::size_t top) {
  std::ranges::make_heap(ranked, worse);
  ShownPassages shown(query.duplicates);
  while (shown.size() < top && !ranked.empty()) {
    const std::vector<RankedPassage> batch = pop_best(ranked, top - shown.size());
    if (Status ready = loader.prepare(batch); !ready) {
      return std::unexpected(std::move(ready.error()));
    }
    for (const RankedPassage& one : batch) {
      Result<std::optional<FoundPassage>> loaded = loader.load(one);
      if (!loaded) return std::unexpected(std::move(loaded.error()));
      if (*loaded) shown.add(std::move(**loaded));
    }
  }
  return shown.take();
}

// One search: its words and its vector are made once, candidates are drawn until there are enough.
class Search {
 public:
  Search(const SearchSource& source, const SearchQuery& query, TimePoint now)
      : source_(source),
        query_(query),
        now_(now),
        written_(query.syntax == QuerySyntax::marks ? read_query(query.text)
                                                    : WrittenQuery{query.text, {}, {}}),
        phrases_(written_, source.terms) {}

  Result<std::vector<Passage>> run() {
    const std::vector<QueryTerm> words = query_terms(written_, source_.counters, source_.terms);
    if (words.empty()) return std::vector<Passage>{};
    if (Status ready = prepare(); !ready) return std::unexpected(std::move(ready.error()));
    const std::size_t top = std::min(query_.top, search_top_max);
    PassageLoader loader(source_.view, query_, phrases_, now_);
    for (std::size_t count = std::max(candidates_min(), 2 * top);; count *= 4) {
      Result<std::vector<RankedPassage>> ranked = candidates(words, count);
      if (!ranked) return std::unexpected(std::move(ranked.error()));
      // Then a larger count finds no more.
      const bool all =
          ranked->size() < count || (!phrases_.lets_all_pass() && count >= texts_compared_max);
      auto passages = take_best(std::move(*ranked), loader, query_, top);
      if (!passages || passages->size() == top || all) return passages;
    }
  }

 private:
  // A constant for all that people ask for: fusion measures scores against the candidates. By words
  // alone nothing is measured, and some more than asked for stand in for what is left out.
  std::size_t candidates_min() const { return vector_ ? 500 : 50; }

  Status prepare() {
    if (Status filtered = make_filter(); !filtered) return filtered;
    return embed();
  }

  Result<std::vector<RankedPassage>> by_words(const std::vector<QueryTerm>& words,
                                              std::size_t count) const {
    AllowPassage allow;
    if (filter_.host || filter_.passages != nullptr) {
      allow = [this](std::uint64_t passage) { return source_.vectors.allows(filter_, passage); };
    }
    return rank_passages({source_.view, source_.lengths, source_.counters}, words, count, allow);
  }

  // By words, and by meaning into `dense`: at once, where a thread is to be had. Of many passages
  // each takes some milliseconds, and a thread a fiftieth of one.
  Result<std::vector<RankedPassage>> by_both(const std::vector<QueryTerm>& words, std::size_t count,
                                             std::vector<RankedPassage>& dense) const {
    const auto by_meaning = [&] { dense = source_.vectors.nearest(*vector_, count, filter_); };
    std::jthread other;
    try {
      other = std::jthread(by_meaning);
    } catch (const std::system_error&) {
      by_meaning();
    }
    return by_words(words, count);
  }

  Status make_filter() {
    if (!query_.hosts.empty() || !query_.hosts_denied.empty() || !asks_for_all_collections()) {
      filter_.host = [this](std::string_view host) { return host_allowed(query_, host); };
    }
    if (query_.urls.empty()) return {};
    return find_asked();
  }

  bool asks_for_all_collections() const {
    const auto asked = [this](std::string_view collection) { return asks_for(query_, collection); };
    return asked(policy::web_collection) &&
           std::ranges::all_of(source_.vectors.collections(), asked);
  }

  // The passages of the pages that the query names.
  Status find_asked() {
    filter_.passages = &asked_;
    for (const std::string& url : query_.urls) {
      if (!asks_for(query_, policy::collection_of(url))) continue;
      Result<std::optional<PageRecord>> page = load_live_page(source_.view, url, now_);
      if (!page) return std::unexpected(std::move(page.error()));
      if (!*page) continue;
      for (const PassageRef& passage : (*page)->passages) asked_.insert(passage.id);
    }
    return {};
  }

  // The query's vector, where the search has a use for one.
  Status embed() {
    if (query_.mode == SearchMode::lexical) return {};
    const bool only = query_.mode == SearchMode::dense;
    if (source_.embedding == nullptr) {
      if (!only) return {};
      return fail(ErrorCode::unavailable,
                  "there is no embedder to search by meaning: set embedder.path, or run "
                  "scripts/setup for the default one");
    }
    if (!only && !source_.embedding->reads(written_.words)) return {};
    Result<std::vector<float>> vector = source_.embedding->embed_query(written_.words);
    if (!vector) return std::unexpected(std::move(vector.error()));
    vector_ = source_.vectors.query(*vector);
    return {};
  }

  // About `count` of the best; fewer where there are no more.
  Result<std::vector<RankedPassage>> candidates(const std::vector<QueryTerm>& words,
                                                std::size_t count) const {
    if (query_.mode == SearchMode::dense) {
      return source_.vectors.nearest(*vector_, count, filter_);
    }
    if (!vector_) return by_words(words, count);
    std::vector<RankedPassage> dense;
    Result<std::vector<RankedPassage>> lexical = by_both(words, count, dense);
    if (!lexical) return lexical;
    return fuse(*lexical, dense, [this](std::uint64_t passage) {
      return source_.vectors.similarity(*vector_, passage);
    });
  }

  const SearchSource& source_;
  const SearchQuery& query_;
  const TimePoint now_;
  const WrittenQuery written_;
  const PhraseFilter phrases_;
  PassageFilter filter_;
  std::unordered_set<std::uint64_t> asked_;
  std::optional<QuantizedVector> vector_;
};

}  // namespace

Result<std::vector<Passage>> search_passages(const SearchSource& source, const SearchQuery& query,
                                             TimePoint now) {
  return Search(source, query, now).run();
}

}  // namespace seekd::cache
