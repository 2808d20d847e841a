#include "cache/admission.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "cache/expiry.h"
#include "cache/holds.h"
#include "cache/index/passage_changes.h"
#include "policy/collection.h"
#include "policy/http_freshness.h"
#include "policy/url.h"

namespace seekd::cache {
namespace {

// Elements count too: an empty one takes its place all the same.
std::uint64_t size_of(const FetchedPage& page) {
  std::uint64_t bytes = page.blocks.size() + page.links.size() + page.entries.size();
  for (const Block& block : page.blocks) bytes += block.text.size();
  for (const Link& link : page.links) bytes += link.url.size() + link.text.size();
  for (const PageEntry& entry : page.entries) bytes += entry.url.size() + entry.title.size();
  return bytes;
}

Status check_limits(const FetchedPage& page) {
  if (page.url.empty() || page.url.size() > policy::url_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "url: has to be of 1 to " + std::to_string(policy::url_bytes_max) + " bytes");
  }
  if (size_of(page) > page_bytes_max) {
    return fail(ErrorCode::too_large, page.url + ": has more text, links and entries than the " +
                                          std::to_string(page_bytes_max >> 20) +
                                          " MiB that the cache takes");
  }
  return {};
}

// RFC 9110 §8.8.3.2: weak comparison. A server that compresses calls the same tag weak and strong.
std::string_view opaque_tag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

bool has_server(std::string_view address) {
  return policy::collection_of(address) == policy::web_collection;
}

}  // namespace

policy::Keeping keeping_of(const config::CacheConfig& config, std::string_view url,
                           std::string_view final_url) {
  return config.keeping_of(host_of(final_url.empty() ? url : final_url));
}

Result<PageRecord> admit_page(const FetchedPage& page, const policy::Keeping& keeping,
                              TimePoint now) {
  if (Status small = check_limits(page); !small) return std::unexpected(std::move(small.error()));
  // A retrieval that is still to come is a wrong clock's; it must not make a page live for ever.
  const TimePoint retrieved_at = std::min(page.retrieved_at, now);
  const policy::Freshness freshness = policy::judge_freshness(
      page.headers, std::min(page.requested_at, retrieved_at), retrieved_at, keeping.freshness);
  if (!freshness.storable) {
    return fail(ErrorCode::invalid_argument,
                page.url + ": its server forbids storing it (Cache-Control: " +
                    page.headers.cache_control + ")");
  }
  PageRecord record;
  record.expires_at = retrieved_at + keeping.retention;
  if (has_server(page.url) && expired(record.expires_at, now)) {
    return fail(ErrorCode::invalid_argument,
                page.url + ": retrieved longer ago than cache.retention (" +
                    std::to_string(keeping.retention.count()) + " s) keeps pages");
  }
  record.url = page.url;
  record.final_url = page.final_url;
  record.retrieved_at = retrieved_at;
  record.headers = page.headers;
  record.metadata = page.metadata;
  record.links = encode_links(page.links);
  record.listing = {page.kind, page.entries_total, encode_entries(page.entries)};
  return record;
}

bool is_about(const CachingHeaders& not_modified, TimePoint requested_at, TimePoint received_at,
              const PageRecord& record) {
  const CachingHeaders& stored = record.headers;
  if (stored.etag.empty() && stored.last_modified.empty()) return false;
  constexpr std::chrono::minutes ahead_max{1};
  const bool ahead = record.retrieved_at > received_at + ahead_max;
  if (record.retrieved_at > requested_at && !ahead) return false;
  if (!not_modified.etag.empty() && !stored.etag.empty()) {
    return opaque_tag(not_modified.etag) == opaque_tag(stored.etag);
  }
  return not_modified.last_modified.empty() || stored.last_modified.empty() ||
         not_modified.last_modified == stored.last_modified;
}

void count_visit(const policy::ChangeHistory& before, policy::Visit visit, TimePoint requested_at,
                 const policy::FreshnessBounds& bounds, PageRecord& record) {
  record.history = before;
  record.history.add(visit);
  const policy::Freshness freshness = policy::judge_freshness(
      record.headers, requested_at, record.retrieved_at, bounds, record.history);
  record.fresh_until = has_server(record.url) ? freshness.fresh_until : never;
  record.fresh_from = freshness.origin;
  // What is stored may stay under a new no-store, and its server is asked each time.
  record.always_revalidate = freshness.always_revalidate || !freshness.storable;
}

void confirm_page(const CachingHeaders& not_modified, TimePoint requested_at, TimePoint received_at,
                  const policy::Keeping& keeping, PageRecord& record) {
  const policy::Visit visit{received_at - record.retrieved_at, false};
  record.headers = policy::updated_headers(record.headers, not_modified);
  record.retrieved_at = received_at;
  record.expires_at = received_at + keeping.retention;
  const policy::ChangeHistory before = record.history;
  count_visit(before, visit, requested_at, keeping.freshness, record);
}

}  // namespace seekd::cache
