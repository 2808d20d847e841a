#include "cache/page_keeper.h"

#include <algorithm>
#include <utility>

#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/page_reader.h"
#include "cache/traces.h"

namespace seekd::cache {

Status PageKeeper::for_each_match(const PageMatch& match,
                                  const std::function<void(const PageRecord&)>& visit) const {
  const ReadView view(database_);
  std::string damaged_key;
  Status read = view.for_each(Family::pages, "", [&](std::string_view key, std::string_view value) {
    PageRecord page;
    if (!decode(value, page)) {
      damaged_key = key;
      return false;
    }
    if (match.matches(page.url, page.final_url)) visit(page);
    return true;
  });
  if (!read) return read;
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::pages, damaged_key));
  return {};
}

Result<std::vector<PageKeeper::Found>> PageKeeper::find(const PageMatch& match) const {
  std::vector<Found> found;
  Status read = for_each_match(
      match, [&](const PageRecord& page) { found.push_back({page_key(page.url), page.url}); });
  if (!read) return std::unexpected(std::move(read.error()));
  return found;
}

Result<std::vector<ListedPage>> PageKeeper::list(std::string_view what, TimePoint now) const {
  const auto match = PageMatch::parse(what);
  if (!match) return std::unexpected(match.error());
  std::vector<ListedPage> pages;
  Status read = for_each_match(*match, [&](const PageRecord& page) {
    if (expired(page.expires_at, now)) return;
    pages.push_back({page.url, page.headers.etag, page.retrieved_at});
  });
  if (!read) return std::unexpected(std::move(read.error()));
  return pages;
}

Result<std::size_t> PageKeeper::remove(const std::vector<std::string>& urls, TimePoint now) {
  const std::lock_guard lock(keeping_);
  std::size_t removed = 0;
  for (const std::string& url : urls) {
    const auto page = load_live_page(ReadView(database_), url, now);
    if (!page) return std::unexpected(page.error());
    if (!*page || holds_.holding(url, (*page)->final_url)) continue;
    if (Status gone = writer_.evict(page_key(url)); !gone) return std::unexpected(gone.error());
    ++removed;
  }
  return removed;
}

Status PageKeeper::store_holds(const HoldsRecord& record) {
  WriteSet changes(database_);
  changes.put(Family::meta, holds_key, encode(record));
  if (Status written = database_.write(changes, Durability::synced); !written) return written;
  holds_.replace(record);
  return {};
}

Result<std::uint64_t> PageKeeper::renew_expiry(const PageMatch& match) {
  const auto pages = find(match);
  if (!pages) return std::unexpected(pages.error());
  for (const Found& page : *pages) {
    if (Status renewed = writer_.renew_expiry(page.key); !renewed) {
      return std::unexpected(std::move(renewed.error()));
    }
  }
  return pages->size();
}

Result<std::uint64_t> PageKeeper::hold(std::string_view what, std::string reason, TimePoint now) {
  const auto match = PageMatch::parse(what);
  if (!match) return std::unexpected(match.error());
  const std::lock_guard lock(keeping_);
  HoldsRecord record = holds_.record();
  std::erase_if(record.holds, [&](const Hold& hold) { return hold.what == match->text(); });
  record.holds.push_back({match->text(), std::move(reason), now});
  if (Status stored = store_holds(record); !stored) {
    return std::unexpected(std::move(stored.error()));
  }
  return renew_expiry(*match);
}

Result<std::uint64_t> PageKeeper::let_go(std::string_view what) {
  const auto match = PageMatch::parse(what);
  if (!match) return std::unexpected(match.error());
  const std::lock_guard lock(keeping_);
  HoldsRecord record = holds_.record();
  const auto gone =
      std::erase_if(record.holds, [&](const Hold& hold) { return hold.what == match->text(); });
  if (gone == 0) {
    return fail(ErrorCode::not_found, "'" + match->text() + "' is not held; list the holds");
  }
  if (Status stored = store_holds(record); !stored) {
    return std::unexpected(std::move(stored.error()));
  }
  return renew_expiry(*match);
}

Status PageKeeper::check_not_held(const PageMatch& match, const std::vector<Found>& pages) const {
  for (const Found& page : pages) {
    if (const auto hold = holds_.holding(page.url, page.url)) {
      return fail(ErrorCode::invalid_argument, "'" + match.text() + "': " + page.url +
                                                   " is held by '" + hold->what + "' (" +
                                                   hold->reason + "); let it go first");
    }
  }
  return {};
}

Result<ForgetReport> PageKeeper::forget(std::string_view what, TimePoint now) {
  const auto match = PageMatch::parse(what);
  if (!match) return std::unexpected(match.error());
  const std::lock_guard lock(keeping_);
  // What has expired may have lost the record that says whose it is.
  while (true) {
    const auto purged = writer_.purge_expired(now, 1000);
    if (!purged) return std::unexpected(purged.error());
    if (*purged == 0) break;
  }
  const auto pages = find(*match);
  if (!pages) return std::unexpected(pages.error());
  if (Status free = check_not_held(*match, *pages); !free) {
    return std::unexpected(std::move(free.error()));
  }
  ForgetReport report;
  Traces traces(*match);
  for (const Found& page : *pages) {
    const auto gone = writer_.forget(page.key, traces);
    if (!gone) return std::unexpected(gone.error());
    report.pages += 1;
    report.versions += gone->versions;
    report.blocks += gone->blocks;
    report.blocks_shared += gone->blocks_shared;
    report.passages += gone->passages;
  }
  if (Status refilled = writer_.refill_filters(); !refilled) {
    return std::unexpected(std::move(refilled.error()));
  }
  if (Status compacted = database_.erase_for_good(); !compacted) {
    return std::unexpected(std::move(compacted.error()));
  }
  const ReadView view(database_);
  if (Status searched = traces.search(view); !searched) {
    return std::unexpected(std::move(searched.error()));
  }
  report.records_searched = traces.searched();
  report.traces = traces.found();
  return report;
}

}  // namespace seekd::cache
