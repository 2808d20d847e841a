#include "cache/index/search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

#include "cache/families.h"
#include "cache/index/fusion.h"
#include "cache/index/lexical_index.h"
#include "cache/index/passage_changes.h"
#include "cache/near_duplicates.h"
#include "cache/page_reader.h"
#include "cache/record.h"
#include "policy/egress.h"
#include "policy/http_freshness.h"
#include "policy/url.h"

namespace seekd::cache {
namespace {

bool worse(const RankedPassage& a, const RankedPassage& b) {
  return a.score != b.score ? a.score < b.score : a.passage > b.passage;
}

bool host_allowed(const SearchQuery& query, std::string_view host) {
  const auto matches = [&](const std::string& rule) { return policy::host_matches(rule, host); };
  return !std::ranges::any_of(query.hosts_denied, matches) &&
         (query.hosts.empty() || std::ranges::any_of(query.hosts, matches));
}

// Where a redirect has led stands in final_url.
bool page_allowed(const SearchQuery& query, const PageRecord& page) {
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
  PassageLoader(const ReadView& view, const SearchQuery& query, TimePoint now)
      : view_(view), query_(query), now_(now) {}

  struct Loaded {
    Passage passage;
    std::string canonical_url;  // that its page names, of the same site; "" for none
  };

  // nullopt when it is not in this view, or its page has expired, is older than asked for or was
  // redirected to a host that is not asked for.
  Result<std::optional<Loaded>> load(const RankedPassage& ranked) {
    const std::string key = passage_key(ranked.passage);
    Result<std::optional<std::string>> record = view_.get(Family::passages, key);
    if (!record) return std::unexpected(std::move(record.error()));
    if (!*record) return std::nullopt;
    const std::optional<ContentHash> page_key = decode_page(**record);
    if (!page_key) return std::unexpected(view_.damaged(Family::passages, key));
    Result<const PageRecord*> page = load_page(*page_key);
    if (!page) return std::unexpected(std::move(page.error()));
    if (*page == nullptr) return std::nullopt;
    if (!page_allowed(query_, **page)) return std::nullopt;
    if (query_.confirmed_since && (*page)->retrieved_at < *query_.confirmed_since) {
      return std::nullopt;
    }
    auto ref = std::ranges::find((*page)->passages, ranked.passage, &PassageRef::id);
    if (ref == (*page)->passages.end())
      return std::unexpected(view_.damaged(Family::passages, key));
    Result<Passage> passage = cut(**page, *ref, ranked.score);
    if (!passage) return std::unexpected(std::move(passage.error()));
    return Loaded{std::move(*passage), canonical_url(**page)};
  }

 private:
  Result<const PageRecord*> load_page(const ContentHash& key) {
    auto known = pages_.find(key);
    if (known == pages_.end()) {
      Result<std::optional<PageRecord>> page = load_live_page(view_, key, now_);
      if (!page) return std::unexpected(std::move(page.error()));
      known = pages_.emplace(key, std::move(*page)).first;
    }
    return known->second ? &*known->second : nullptr;
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
  const TimePoint now_;
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

// Best first, until enough have passed. A heap, because that decides how many are looked at.
Result<std::vector<Passage>> take_best(std::vector<RankedPassage> ranked, PassageLoader& loader,
                                       const SearchQuery& query, std::size_t top) {
  std::ranges::make_heap(ranked, worse);
  Shown shown(query.duplicates);
  while (shown.size() < top && !ranked.empty()) {
    std::ranges::pop_heap(ranked, worse);
    Result<std::optional<PassageLoader::Loaded>> loaded = loader.load(ranked.back());
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    ranked.pop_back();
    if (*loaded) shown.add(std::move(**loaded));
  }
  return shown.take();
}

// As many terms as have query_terms_max different ones among them.
std::vector<std::string> first_terms(std::vector<std::string> terms) {
  std::unordered_set<std::string_view> different;
  const auto rest = std::ranges::find_if(terms, [&](const std::string& term) {
    different.insert(term);
    return different.size() > query_terms_max;
  });
  terms.erase(rest, terms.end());
  return terms;
}

// One search: its words and its vector are made once, candidates are drawn until there are enough.
class Search {
 public:
  Search(const SearchSource& source, const SearchQuery& query, TimePoint now)
      : source_(source), query_(query), now_(now) {}

  Result<std::vector<Passage>> run() {
    std::vector<TermCount> words = count_terms(first_terms(source_.terms.read(query_.text)));
    if (words.empty()) return std::vector<Passage>{};
    if (Status ready = prepare(); !ready) return std::unexpected(std::move(ready.error()));
    const std::size_t top = std::min(query_.top, search_top_max);
    PassageLoader loader(source_.view, query_, now_);
    for (std::size_t count = std::max(candidates_min(), 2 * top);; count *= 4) {
      Result<std::vector<RankedPassage>> ranked = candidates(words, count);
      if (!ranked) return std::unexpected(std::move(ranked.error()));
      // Then a larger count finds no more.
      const bool all = ranked->size() < count;
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
    if (Status embedded = embed(); !embedded) return embedded;
    if (query_.mode == SearchMode::dense) return {};
    Result<std::optional<CountersRecord>> counters =
        source_.view.load<CountersRecord>(Family::meta, counters_key);
    if (!counters) return std::unexpected(std::move(counters.error()));
    counters_ = counters->value_or(CountersRecord{});
    return {};
  }

  Result<std::vector<RankedPassage>> by_words(const std::vector<TermCount>& words,
                                              std::size_t count) const {
    AllowPassage allow;
    if (filter_.host || filter_.passages != nullptr) {
      allow = [this](std::uint64_t passage) { return source_.vectors.allows(filter_, passage); };
    }
    return rank_passages({source_.view, source_.lengths, counters_}, words, count, allow);
  }

  // By words, and by meaning into `dense`: at once, where a thread is to be had. Of many passages
  // each takes some milliseconds, and a thread a fiftieth of one.
  Result<std::vector<RankedPassage>> by_both(const std::vector<TermCount>& words, std::size_t count,
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
    if (!query_.hosts.empty() || !query_.hosts_denied.empty()) {
      filter_.host = [this](std::string_view host) { return host_allowed(query_, host); };
    }
    if (query_.urls.empty()) return {};
    return find_asked();
  }

  // The passages of the pages that the query names.
  Status find_asked() {
    filter_.passages = &asked_;
    for (const std::string& url : query_.urls) {
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
    if (!only && !source_.embedding->reads(query_.text)) return {};
    Result<std::vector<float>> vector = source_.embedding->embed_query(query_.text);
    if (!vector) return std::unexpected(std::move(vector.error()));
    vector_ = source_.vectors.query(*vector);
    return {};
  }

  // About `count` of the best; fewer where there are no more.
  Result<std::vector<RankedPassage>> candidates(const std::vector<TermCount>& words,
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
  PassageFilter filter_;
  std::unordered_set<std::uint64_t> asked_;
  CountersRecord counters_;
  std::optional<QuantizedVector> vector_;
};

}  // namespace

Result<std::vector<Passage>> search_passages(const SearchSource& source, const SearchQuery& query,
                                             TimePoint now) {
  return Search(source, query, now).run();
}

}  // namespace seekd::cache
