#include "cache/index/passage_loader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/index/passage_changes.h"
#include "cache/page_reader.h"
#include "policy/collection.h"
#include "policy/egress.h"
#include "policy/http_freshness.h"
#include "policy/url.h"

namespace seekd::cache {
namespace {

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

}  // namespace

bool asks_for(const SearchQuery& query, std::string_view collection) {
  return std::ranges::find(query.collections, collection) != query.collections.end();
}

bool host_allowed(const SearchQuery& query, std::string_view host) {
  if (!asks_for(query, policy::collection_of(host))) return false;
  const auto matches = [&](const std::string& rule) { return policy::host_matches(rule, host); };
  return !std::ranges::any_of(query.hosts_denied, matches) &&
         (query.hosts.empty() || std::ranges::any_of(query.hosts, matches));
}

Status PassageLoader::prepare(const std::vector<RankedPassage>& ranked) {
  std::vector<std::string> keys;
  keys.reserve(ranked.size());
  for (const RankedPassage& one : ranked) keys.push_back(passage_key(one.passage));
  std::ranges::sort(keys);
  const Result<std::vector<std::string>> pages = find_pages(keys);
  if (!pages) return std::unexpected(pages.error());
  return read_pages(*pages);
}

Result<std::optional<FoundPassage>> PassageLoader::load(const RankedPassage& ranked) {
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
  return FoundPassage{std::move(*passage), canonical_url(*page)};
}

// Gives the keys of pages that are not read yet, sorted.
Result<std::vector<std::string>> PassageLoader::find_pages(
    const std::vector<std::string>& passage_keys) {
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

Status PassageLoader::read_pages(const std::vector<std::string>& keys) {
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

Result<Passage> PassageLoader::cut(const PageRecord& page, const PassageRef& ref,
                                   double score) const {
  Result<std::string> text = load_text(view_, page, ref.byte_begin, ref.byte_end);
  if (!text) return std::unexpected(std::move(text.error()));
  return Passage{.url = page.url,
                 .title = page.metadata.title,
                 .published = page.metadata.published,
                 .modified = page.metadata.modified,
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

}  // namespace seekd::cache
