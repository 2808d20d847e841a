#include "cache/index/search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "cache/families.h"
#include "cache/index/lexical_index.h"
#include "cache/page_reader.h"
#include "cache/record.h"
#include "policy/egress.h"

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

// Turns ranked passages into what callers get, reading each page once.
class PassageLoader {
 public:
  PassageLoader(const ReadView& view, const SearchQuery& query, TimePoint now)
      : view_(view), query_(query), now_(now) {}

  // nullopt when its host is not asked for or its page has expired.
  Result<std::optional<Passage>> load(const RankedPassage& ranked) {
    const std::string key = passage_key(ranked.passage);
    Result<std::optional<PassageRecord>> record = view_.load<PassageRecord>(Family::passages, key);
    if (!record) return std::unexpected(std::move(record.error()));
    if (!*record) return std::unexpected(view_.damaged(Family::passages, key));
    if (!host_allowed(query_, (*record)->host)) return std::nullopt;
    Result<const PageRecord*> page = load_page((*record)->page);
    if (!page) return std::unexpected(std::move(page.error()));
    if (*page == nullptr) return std::nullopt;
    auto ref = std::ranges::find((*page)->passages, ranked.passage, &PassageRef::id);
    if (ref == (*page)->passages.end())
      return std::unexpected(view_.damaged(Family::passages, key));
    return cut(**page, *ref, ranked.score);
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

  Result<std::optional<Passage>> cut(const PageRecord& page, const PassageRef& ref, double score) {
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
                   .fresh_until = page.fresh_until,
                   .score = score};
  }

  const ReadView& view_;
  const SearchQuery& query_;
  const TimePoint now_;
  std::map<ContentHash, std::optional<PageRecord>> pages_;
};

// The passages of the pages that the query names.
Result<std::unordered_set<std::uint64_t>> passages_of(const ReadView& view,
                                                      const std::vector<std::string>& urls,
                                                      TimePoint now) {
  std::unordered_set<std::uint64_t> passages;
  for (const std::string& url : urls) {
    Result<std::optional<PageRecord>> page = load_live_page(view, url, now);
    if (!page) return std::unexpected(std::move(page.error()));
    if (!*page) continue;
    for (const PassageRef& passage : (*page)->passages) passages.insert(passage.id);
  }
  return passages;
}

// Best first, until enough have passed the filters. A heap, because these decide how many are
// looked at.
Result<std::vector<Passage>> take_best(std::vector<RankedPassage> ranked, PassageLoader& loader,
                                       std::size_t top) {
  std::ranges::make_heap(ranked, worse);
  std::vector<Passage> passages;
  while (passages.size() < top && !ranked.empty()) {
    std::ranges::pop_heap(ranked, worse);
    Result<std::optional<Passage>> passage = loader.load(ranked.back());
    if (!passage) return std::unexpected(std::move(passage.error()));
    if (*passage) passages.push_back(std::move(**passage));
    ranked.pop_back();
  }
  return passages;
}

}  // namespace

Result<std::vector<Passage>> search_passages(const ReadView& view, TermReader& terms,
                                             const SearchQuery& query, TimePoint now) {
  std::vector<TermCount> query_terms = count_terms(terms.read(query.text));
  if (query_terms.size() > query_terms_max) query_terms.resize(query_terms_max);
  Result<std::optional<CountersRecord>> counters =
      view.load<CountersRecord>(Family::meta, counters_key);
  if (!counters) return std::unexpected(std::move(counters.error()));
  Result<std::vector<RankedPassage>> ranked =
      rank_passages(view, query_terms, counters->value_or(CountersRecord{}));
  if (!ranked) return std::unexpected(std::move(ranked.error()));

  if (!query.urls.empty()) {
    Result<std::unordered_set<std::uint64_t>> asked = passages_of(view, query.urls, now);
    if (!asked) return std::unexpected(std::move(asked.error()));
    std::erase_if(*ranked, [&](const RankedPassage& one) { return !asked->contains(one.passage); });
  }
  PassageLoader loader(view, query, now);
  return take_best(std::move(*ranked), loader, std::min(query.top, search_top_max));
}

}  // namespace seekd::cache
