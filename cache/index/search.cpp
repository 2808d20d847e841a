#include "cache/index/search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/index/fusion.h"
#include "cache/index/lexical_index.h"
#include "cache/index/passage_changes.h"
#include "cache/index/phrase_filter.h"
#include "cache/index/query.h"
#include "cache/index/query_terms.h"
#include "cache/near_duplicates.h"
#include "cache/page_reader.h"
#include "cache/record.h"
#include "policy/collection.h"
#include "policy/egress.h"
#include "policy/http_freshness.h"
#include "policy/url.h"

namespace seekd::cache {
namespace {

bool worse(const RankedPassage& a, const RankedPassage& b) {
  return a.score != b.score ? a.score < b.score : a.passage > b.passage;
}

bool asks_for(const SearchQuery& query, std::string_view collection) {
  return std::ranges::find(query.collections, collection) != query.collections.end();
}

// `host`: as host_of() says.
bool host_allowed(const SearchQuery& query, std::string_view host) {
  if (!asks_for(query, policy::collection_of(host))) return false;
  const auto matches = [&](const std::string& rule) { return policy::host_matches(rule, host); };
  return !std::ranges::any_of(query.hosts_denied, matches) &&
         (query.hosts.empty() || std::ranges::any_of(query.hosts, matches));
}

// Where a redirect has led stands in final_url. The collection is asked for here once more: the
// filter knows what the index in memory knows, which may be a batch behind.
bool page_allowed(const SearchQuery& query, const PageRecord& page) {
  if (!asks_for(query, policy::collection_of(page.url))) return false;
  if (page.final_url == page.url || (query.hosts.empty() && query.hosts_denied.empty()))
    return true;
  const auto url = policy::parse_url(page.final_url);
  return url && host_allowed(query, url->host);
}

// What the page calls its original, where that is a page of the site that sent it: of another
// site's pages nobody else decides. "" for none.
std::string canonical_url(const PageRecord& page) {
  if (page.metadata.canonical_url.empty()) return {};
  const auto url = policy::parse_url(page.metadata.canonical_url);
  if (!url || url->host != host_of(page.final_url) || url->host != host_of(page.url)) return {};
  return url->text();
}

// Turns ranked passages into what callers get, reading each page once.
class PassageLoader {
 public:
  PassageLoader(const ReadView& view, const SearchQuery& query, const PhraseFilter& phrases,
                TimePoint now)
      : view_(view), query_(query), phrases_(phrases), now_(now) {}

  // Reads where these passages are, all in one go. Errors: corrupt, io.
  Status prepare(const std::vector<RankedPassage>& ranked) {
    std::vector<std::string> keys;
    for (const RankedPassage& one : ranked) keys.push_back(passage_key(one.passage));
    std::ranges::sort(keys);
    const Result<std::vector<std::string>> pages = find_pages(keys);
    if (!pages) return std::unexpected(pages.error());
    return read_pages(*pages);
  }

  struct Loaded {
    Passage passage;
    std::string canonical_url;  // that its page names, of the same site; "" for none
  };

  // nullopt when it is not in this view, or its page has expired, is older than asked for or was
  // redirected to a host that is not asked for, or it lacks a phrase.
  // REQUIRES: prepare() had it.
  Result<std::optional<Loaded>> load(const RankedPassage& ranked) {
    const auto page_key = page_keys_.find(ranked.passage);
    if (page_key == page_keys_.end()) return std::nullopt;
    const std::optional<PageRecord>& page = pages_.at(page_key->second);
    if (!page) return std::nullopt;
    if (!page_allowed(query_, *page)) return std::nullopt;
    if (query_.confirmed_since && page->retrieved_at < *query_.confirmed_since &&
        policy::collection_of(page->url) == policy::web_collection) {
      return std::nullopt;
    }
    auto ref = std::ranges::find(page->passages, ranked.passage, &PassageRef::id);
    if (ref == page->passages.end())
      return std::unexpected(view_.damaged(Family::passages, passage_key(ranked.passage)));
    Result<Passage> passage = cut(*page, *ref, ranked.score);
    if (!passage) return std::unexpected(std::move(passage.error()));
    if (!phrases_.lets_all_pass() && !phrases_.accepts(*passage)) return std::nullopt;
    return Loaded{std::move(*passage), canonical_url(*page)};
  }

 private:
  // Gives the keys of pages that are not read yet, sorted.
  Result<std::vector<std::string>> find_pages(const std::vector<std::string>& passage_keys) {
    const auto records = view_.get_many(Family::passages, passage_keys);
    if (!records) return std::unexpected(records.error());
    std::set<std::string> keys;
    for (std::size_t i = 0; i < passage_keys.size(); ++i) {
      if (!(*records)[i]) continue;
      const std::optional<ContentHash> page = decode_page((*records)[i]->ToStringView());
      if (!page) return std::unexpected(view_.damaged(Family::passages, passage_keys[i]));
      page_keys_.emplace(*parse_passage_key(passage_keys[i]), *page);
      if (!pages_.contains(*page)) keys.emplace(page->view());
    }
    return std::vector<std::string>(keys.begin(), keys.end());
  }

  Status read_pages(const std::vector<std::string>& keys) {
    const auto records = view_.get_many(Family::pages, keys);
    if (!records) return std::unexpected(records.error());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      ContentHash key;
      std::ranges::copy(keys[i], key.bytes.begin());
      std::optional<PageRecord>& page = pages_[key];
      if (!(*records)[i]) continue;
      page.emplace();
      if (!decode((*records)[i]->ToStringView(), *page)) {
        return std::unexpected(view_.damaged(Family::pages, keys[i]));
      }
      if (expired(page->expires_at, now_)) page.reset();
    }
    return {};
  }

  Result<Passage> cut(const PageRecord& page, const PassageRef& ref, double score) {
    Result<std::string> text = load_text(view_, page, ref.byte_begin, ref.byte_end);
    if (!text) return std::unexpected(std::move(text.error()));
    return Passage{.url = page.url,
                   .title = page.metadata.title,
                   .heading_path = ref.heading_path,
                   .text = std::move(*text),
                   .snapshot_hash = page.snapshot_hash.hex(),
                   .version = page.version,
                   .byte_begin = ref.byte_begin,
                   .byte_end = ref.byte_end,
                   .retrieved_at = page.retrieved_at,
                   .fresh_until = page.always_revalidate
                                      ? std::min(page.fresh_until, page.retrieved_at)
                                      : page.fresh_until,
                   .stale_forbidden = page.always_revalidate || policy::forbids_stale(page.headers),
                   .also_at = {},
                   .score = score};
  }

  const ReadView& view_;
  const SearchQuery& query_;
  const PhraseFilter& phrases_;
  const TimePoint now_;
  std::unordered_map<std::uint64_t, ContentHash> page_keys_;  // by passage
  std::map<ContentHash, std::optional<PageRecord>> pages_;
};

// Collects what is shown, best first.
class Shown {
 public:
  explicit Shown(Duplicates duplicates) : duplicates_(duplicates) {}

  void add(PassageLoader::Loaded loaded) {
    if (duplicates_ == Duplicates::collapse) {
      const auto stand = near_.add(host_of(loaded.passage.url), loaded.passage.text);
      if (stand) return set_aside(*stand, std::move(loaded));
    }
    passages_.push_back(std::move(loaded.passage));
    canonical_urls_.push_back(std::move(loaded.canonical_url));
  }

  std::size_t size() const { return passages_.size(); }
  std::vector<Passage> take() { return std::move(passages_); }

 private:
  static constexpr std::size_t also_at_max = 10;

  void set_aside(const NearDuplicates::Stand& stand, PassageLoader::Loaded loaded) {
    Passage& shown = passages_[stand.text];
    // The page that the shown one calls its own original, where that says as much.
    if (!stand.whole_only && canonical_urls_[stand.text] == loaded.passage.url) {
      loaded.passage.score = shown.score;
      loaded.passage.also_at = std::move(shown.also_at);
      std::erase(loaded.passage.also_at, loaded.passage.url);
      std::swap(shown, loaded.passage);
      canonical_urls_[stand.text] = std::move(loaded.canonical_url);
    }
    const std::string& url = loaded.passage.url;
    const bool known =
        url == shown.url || std::ranges::find(shown.also_at, url) != shown.also_at.end();
    if (!known && shown.also_at.size() < also_at_max) shown.also_at.push_back(url);
  }

  const Duplicates duplicates_;
  NearDuplicates near_;
  std::vector<Passage> passages_;
  std::vector<std::string> canonical_urls_;  // by passage
};

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
  Shown shown(query.duplicates);
  while (shown.size() < top && !ranked.empty()) {
    const std::vector<RankedPassage> batch = pop_best(ranked, top - shown.size());
    if (Status ready = loader.prepare(batch); !ready) {
      return std::unexpected(std::move(ready.error()));
    }
    for (const RankedPassage& one : batch) {
      Result<std::optional<PassageLoader::Loaded>> loaded = loader.load(one);
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
