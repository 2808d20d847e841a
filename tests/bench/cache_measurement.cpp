#include "tests/bench/cache_measurement.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>
#include <string_view>
#include <utility>

#include "cache/rocks_page_cache.h"
#include "policy/plain_text.h"
#include "tests/bench/child.h"
#include "tests/bench/work_times.h"

namespace seekd::bench {
namespace {

constexpr std::size_t sections_per_page = 50;  // of documents made up
constexpr std::string_view url_prefix = "https://collection.invalid/";

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

CacheMeasurement::CacheMeasurement(config::CacheConfig config,
                                   const std::vector<ctl::CollectionRecord>& documents,
                                   std::size_t originals, std::optional<Embedding> embedding)
    : documents_(documents), originals_(originals), now_(wall_clock()) {
  config.retention = std::chrono::hours(24);
  auto opened = cache::open_rocks_page_cache(config, now_, std::move(embedding));
  if (!opened) give_up(opened.error().message);
  cache_ = std::move(*opened);
}

void CacheMeasurement::store() {
  WorkTimes times;
  const double before = resident_mib();
  std::size_t next = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (next < documents_.size()) {
    const std::size_t count =
        next < originals_ ? 1 : std::min(sections_per_page, documents_.size() - next);
    const FetchedPage page = make_page(next, count);
    times.measure([&] { return put(page); });
    urls_.push_back(page.url);
    next += count;
  }
  const auto statistics = cache_->statistics();
  std::ostringstream note;
  note << urls_.size() << " pages, " << statistics->passages << " passages in "
       << std::setprecision(3) << seconds_since(begin) << " s; " << (statistics->disk_bytes >> 20)
       << " MiB of disk, " << resident_mib() - before << " MiB of memory";
  print_row("seekd", "store a page", times, note.str());
  if (const Status compacted = cache_->compact(); !compacted) give_up(compacted.error().message);
}

void CacheMeasurement::read() {
  WorkTimes known;
  WorkTimes unknown;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::string& url = urls_[random() % urls_.size()];
    known.measure([&] { return cache_->find(url, now_); });
    const std::string other = url + "/unknown";
    unknown.measure([&] { return cache_->find(other, now_); });
  }
  const auto statistics = cache_->statistics();
  std::ostringstream note;
  note << "Bloom errors " << statistics->url_filter.false_positive_rate * 100 << " %";
  print_row("seekd", "read a stored page", known, "");
  print_row("seekd", "read an unknown page", unknown, note.str());
}

void CacheMeasurement::search(const std::vector<ctl::CollectionRecord>& queries,
                              const Judgements& judgements) {
  WorkTimes times;
  Found found;
  for (int round = 0; round < 2; ++round) {  // the second with what the first has read in memory
    times = {};
    for (const ctl::CollectionRecord& query : queries) {
      const auto passages =
          times.measure([&] { return ask(query.text, cache::SearchMode::lexical); });
      if (!passages) give_up(passages.error().message);
      found[query.id] = documents_of(*passages);
    }
  }
  print_row("seekd", "search by words, top 10", times, quality(found, judgements));
}

void CacheMeasurement::embed() {
  constexpr std::size_t at_once = 256;
  const auto begin = std::chrono::steady_clock::now();
  std::size_t passages = 0;
  while (true) {
    const auto embedded = cache_->embed_waiting(at_once);
    if (!embedded) give_up(embedded.error().message);
    if (*embedded == 0) break;
    passages += *embedded;
  }
  std::cout << "seekd         made-up vectors for " << passages << " passages kept in "
            << seconds_since(begin) << " s; " << resident_mib() << " MiB of memory in all"
            << std::endl;
}

void CacheMeasurement::search_by_both(const std::vector<ctl::CollectionRecord>& queries) {
  WorkTimes times;
  for (int round = 0; round < 2; ++round) {
    times = {};
    for (const ctl::CollectionRecord& query : queries) {
      const auto passages =
          times.measure([&] { return ask(query.text, cache::SearchMode::hybrid); });
      if (!passages) give_up(passages.error().message);
    }
  }
  print_row("seekd", "search by words and meaning, top 10", times,
            "the query embedded by the embedded default");
}

void CacheMeasurement::reclaim() {
  WorkTimes times;
  std::size_t pages = 0;
  while (true) {
    const auto purged =
        times.measure([&] { return cache_->purge_expired(now_ + std::chrono::hours(25), 100); });
    if (!purged) give_up(purged.error().message);
    if (*purged == 0) break;
    pages += *purged;
  }
  print_row("seekd", "reclaim 100 expired pages", times, std::to_string(pages) + " pages");
}

FetchedPage CacheMeasurement::make_page(std::size_t first, std::size_t count) const {
  FetchedPage page;
  page.url = page.final_url = std::string(url_prefix) + std::to_string(first);
  page.requested_at = page.retrieved_at = now_;
  if (count == 1) page.metadata.title = documents_[first].title;
  for (std::size_t i = first; i < first + count; ++i) {
    if (count > 1) page.blocks.push_back({BlockKind::heading, 2, documents_[i].id});
    for (Block& block : policy::read_paragraphs(documents_[i].text)) {
      page.blocks.push_back(std::move(block));
    }
  }
  return page;
}

bool CacheMeasurement::put(const FetchedPage& page) {
  const auto stored = cache_->store(page, now_);
  if (!stored) give_up(stored.error().message);
  return true;
}

// Documents count, not passages: of the original ones that are cut in two, one is left out.
Result<std::vector<Passage>> CacheMeasurement::ask(const std::string& text,
                                                   cache::SearchMode mode) {
  return cache_->search({.text = text,
                         .top = 2 * top,
                         .mode = mode,
                         .duplicates = cache::Duplicates::keep,
                         .hosts = {},
                         .hosts_denied = {},
                         .urls = {}},
                        now_);
}

std::vector<std::string> CacheMeasurement::documents_of(
    const std::vector<Passage>& passages) const {
  std::vector<std::string> ids;
  for (const Passage& passage : passages) {
    const std::string number = passage.url.substr(url_prefix.size());
    const std::string& id =
        passage.heading_path.empty() ? documents_[std::stoul(number)].id : passage.heading_path;
    if (ids.size() < top && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

}  // namespace seekd::bench
