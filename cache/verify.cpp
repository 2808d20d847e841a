#include "cache/verify.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/index/passage_changes.h"
#include "cache/index/posting_list.h"
#include "cache/page_reader.h"
#include "cache/page_record.h"
#include "cache/record.h"

namespace seekd::cache {
namespace {

struct PassageEntry {
  ContentHash page;
  bool indexed = false;  // found in `passages`
};

std::uint64_t posting_checksum(std::string_view term, std::uint64_t passage, std::uint16_t count) {
  const std::string numbers = std::to_string(passage) + ' ' + std::to_string(count);
  const ContentHash hash = hash_strings(std::array<std::string_view, 2>{term, numbers});
  return ContentHashHasher{}(hash);
}

class Verifier {
 public:
  Verifier(const ReadView& view, const SeenFilters& filters, TimePoint now)
      : view_(view), filters_(filters), now_(now) {}

  VerifyReport run() {
    each(Family::holdings, [this](auto key, auto value) { check_page(key, value); });
    each(Family::pages, [this](auto key, auto) {
      expect(known_pages_.contains(std::string(key)), Family::pages, key, "has no holdings");
    });
    each(Family::versions, [this](auto key, auto) {
      expect(known_pages_.contains(std::string(key.substr(0, sizeof(ContentHash)))),
             Family::versions, key, "is a version of no page");
    });
    each(Family::expiry, [this](auto key, auto) { check_expiry(key); });
    each(Family::blocks, [this](auto key, auto value) { check_block(key, value); });
    for (const auto& [id, pages] : references_) {
      expect(pages.found, Family::blocks, id.view(), "is needed and missing");
    }
    each(Family::passages, [this](auto key, auto value) { check_passage(key, value); });
    each(Family::vectors, [this](auto key, auto value) { check_vector(key, value); });
    each(Family::terms, [this](auto key, auto value) { check_postings(key, value); });
    check_sums();
    report_.url_filter_errors = filters_.urls.error_rate();
    report_.block_filter_errors = filters_.blocks.error_rate();
    return std::move(report_);
  }

  void add_finding(std::string finding) {
    if (++report_.findings_total <= findings_listed_max) {
      report_.findings.push_back(std::move(finding));
    }
  }

 private:
  struct References {
    std::uint32_t pages = 0;
    bool found = false;
  };

  void expect(bool holds, Family family, std::string_view key, std::string_view what) {
    if (holds) return;
    add_finding("`" + std::string(to_string(family)) + "` " +
                rocksdb::Slice(key).ToString(/*hex=*/true) + " " + std::string(what));
  }

  // A family that cannot be read on is a finding, and the others are looked at all the same.
  template <class Visit>
  void each(Family family, Visit visit) {
    Status read = view_.for_each(family, "", [&](std::string_view key, std::string_view value) {
      visit(key, value);
      return true;
    });
    if (!read) add_finding(read.error().message);
  }

  void check_page(std::string_view key, std::string_view value) {
    known_pages_.emplace(key);
    ++report_.pages;
    HoldingsRecord holdings;
    if (!decode(value, holdings)) return expect(false, Family::holdings, key, "is damaged");
    for (const ContentHash& block : holdings.blocks) ++references_[block].pages;
    std::vector<ContentHash> needed;
    const auto page = check_current(key, holdings, needed);
    check_versions(key, needed);
    std::ranges::sort(needed);
    needed.erase(std::ranges::unique(needed).begin(), needed.end());
    // Without the page's record, which compaction has dropped, only its versions are known.
    expect(page ? needed == holdings.blocks : std::ranges::includes(holdings.blocks, needed),
           Family::holdings, key, "does not hold what its versions need");
    ContentHash hash;
    std::ranges::copy(key, hash.bytes.begin());
    for (const std::uint64_t passage : holdings.passages) {
      expect(passages_.emplace(passage, PassageEntry{.page = hash}).second, Family::holdings, key,
             "has a passage of another page");
    }
    expect(filters_.urls.may_have_seen(hash), Family::holdings, key,
           "is unknown to the Bloom filter");
  }

  std::optional<PageRecord> check_current(std::string_view key, const HoldingsRecord& holdings,
                                          std::vector<ContentHash>& needed) {
    auto page = view_.load<PageRecord>(Family::pages, key);
    if (!page) {
      add_finding(page.error().message);
      return std::nullopt;
    }
    if (!*page) {
      expect(expired(holdings.expires_at, now_), Family::holdings, key, "has lost its page");
      return std::nullopt;
    }
    const PageRecord& record = **page;
    expect(page_key(record.url).view() == key, Family::pages, key, "is the page of another URL");
    expect(record.expires_at == holdings.expires_at, Family::pages, key, "expires at two times");
    std::vector<std::uint64_t> passages;
    passages.reserve(record.passages.size());
    for (const PassageRef& passage : record.passages) passages.push_back(passage.id);
    expect(passages == holdings.passages, Family::holdings, key,
           "has other passages than its page");
    check_text(record, needed);
    return std::move(*page);
  }

  void check_versions(std::string_view key, std::vector<ContentHash>& needed) {
    ContentHash hash;
    std::ranges::copy(key, hash.bytes.begin());
    const auto versions = load_versions(view_, hash);
    if (!versions) return add_finding(versions.error().message);
    report_.versions += versions->size();
    for (const VersionRecord& version : *versions) check_text(version.page, needed);
  }

  // The text that citations were checked against.
  void check_text(const PageRecord& record, std::vector<ContentHash>& needed) {
    for (const BlockRef& block : record.blocks) needed.push_back(block.id);
    if (const auto whole = assemble_page(view_, record); !whole) {
      add_finding(record.url + ", version " + std::to_string(record.version) + ": " +
                  whole.error().message);
    }
  }

  void check_expiry(std::string_view key) {
    const auto due = parse_expiry_key(key);
    if (!due) return expect(false, Family::expiry, key, "is damaged");
    ++expiries_;
    const auto holdings = view_.load<HoldingsRecord>(Family::holdings, due->page.view());
    expect(holdings && *holdings && (*holdings)->expires_at == due->expires_at, Family::expiry, key,
           "is about no page");
  }

  void check_block(std::string_view key, std::string_view value) {
    ++report_.blocks;
    BlockRecord record;
    ContentHash id;
    if (key.size() != id.bytes.size() || !decode(value, record)) {
      return expect(false, Family::blocks, key, "is damaged");
    }
    std::ranges::copy(key, id.bytes.begin());
    report_.block_references += record.pages;
    const auto needed = references_.find(id);
    if (needed == references_.end()) return expect(false, Family::blocks, key, "is of no page");
    needed->second.found = true;
    expect(needed->second.pages == record.pages, Family::blocks, key,
           "counts " + std::to_string(record.pages) + " pages, and " +
               std::to_string(needed->second.pages) + " have it");
    expect(is_place_of(record.block, id), Family::blocks, key, "has another text");
    expect(filters_.blocks.may_have_seen(id), Family::blocks, key,
           "is unknown to the Bloom filter");
  }

  // Its hash, or one of those after it where another block had taken that.
  static bool is_place_of(const Block& block, const ContentHash& id) {
    ContentHash place = hash_block(block);
    for (int i = 0; i < 16; ++i, place = next(place)) {
      if (place == id) return true;
    }
    return false;
  }

  void check_passage(std::string_view key, std::string_view value) {
    ++report_.passages;
    PassageRecord record;
    const auto number = parse_passage_key(key);
    if (!number || !decode(value, record)) {
      return expect(false, Family::passages, key, "is damaged");
    }
    const auto known = passages_.find(*number);
    if (known == passages_.end() || known->second.page != record.page) {
      return expect(false, Family::passages, key, "is of no page");
    }
    known->second.indexed = true;
    terms_ += record.length;
    for_each_posting(record, [&](std::string_view term, std::uint16_t count) {
      expected_postings_ += posting_checksum(term, *number, count);
      ++expected_count_;
    });
  }

  void check_vector(std::string_view key, std::string_view value) {
    ++vectors_;
    VectorRecord record;
    const auto number = parse_passage_key(key);
    if (!number || !decode(value, record)) return expect(false, Family::vectors, key, "is damaged");
    expect(passages_.contains(*number), Family::vectors, key, "is of no passage");
  }

  void check_postings(std::string_view key, std::string_view value) {
    const auto parsed = parse_posting_key(key);
    std::vector<Posting> postings;
    if (!parsed || !decode(value, postings)) return expect(false, Family::terms, key, "is damaged");
    for (const Posting& posting : postings) {
      postings_ += posting_checksum(
          parsed->term, parsed->chunk * passages_per_chunk + posting.passage, posting.count);
      ++report_.postings;
    }
  }

  void check_sums() {
    const auto indexed =
        std::ranges::count_if(passages_, [](const auto& p) { return p.second.indexed; });
    if (static_cast<std::size_t>(indexed) != passages_.size()) {
      add_finding("`passages` lacks " + std::to_string(passages_.size() - indexed) +
                  " that pages have");
    }
    if (vectors_ != passages_.size()) add_finding("`vectors` and `passages` differ in number");
    if (expiries_ != report_.pages) add_finding("`expiry` and `holdings` differ in number");
    if (postings_ != expected_postings_ || report_.postings != expected_count_) {
      add_finding("`terms` has " + std::to_string(report_.postings) + " postings, and `passages` " +
                  std::to_string(expected_count_) + ", or others of them");
    }
    const auto counters = view_.load<CountersRecord>(Family::meta, counters_key);
    if (!counters) return add_finding(counters.error().message);
    const CountersRecord counted = counters->value_or(CountersRecord{});
    const bool right = counted.pages == report_.pages && counted.versions == report_.versions &&
                       counted.blocks == report_.blocks && counted.passages == report_.passages &&
                       counted.terms == terms_;
    if (!right) add_finding("the counters in `meta` are not what is there");
  }

  const ReadView& view_;
  const SeenFilters& filters_;
  const TimePoint now_;
  VerifyReport report_;
  std::unordered_set<std::string> known_pages_;  // keys
  std::unordered_map<ContentHash, References, ContentHashHasher> references_;
  std::unordered_map<std::uint64_t, PassageEntry> passages_;
  std::uint64_t expiries_ = 0;
  std::uint64_t vectors_ = 0;
  std::uint64_t terms_ = 0;
  // Sums that no order changes: two sets of postings are equal when these are.
  std::uint64_t expected_postings_ = 0;
  std::uint64_t expected_count_ = 0;
  std::uint64_t postings_ = 0;
};

}  // namespace

Result<VerifyReport> verify(Database& database, const SeenFilters& filters, TimePoint now) {
  const ReadView view(database);
  Verifier verifier(view, filters, now);
  if (Status whole = database.verify_checksums(); !whole) {
    verifier.add_finding(whole.error().message);
  }
  return verifier.run();
}

}  // namespace seekd::cache
