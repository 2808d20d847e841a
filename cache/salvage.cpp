#include "cache/salvage.h"

#include <memory>
#include <system_error>
#include <utility>

#include "cache/database.h"
#include "cache/expiry.h"
#include "cache/families.h"
#include "cache/index/terms.h"
#include "cache/page_reader.h"
#include "cache/page_transaction.h"
#include "cache/seen_filter.h"
#include "cache/storage_folder.h"

namespace seekd::cache {
namespace {

namespace fs = std::filesystem;

// A page whose every kept version has been compared with its hash.
struct WholePage {
  PageRecord record;
  std::vector<VersionRecord> versions;
  std::vector<std::vector<Block>> contents;  // the current one's, then those of `versions`
};

class Salvage {
 public:
  Salvage(const Database& source, Database& target, TermReader& terms, TimePoint now)
      : view_(source), target_(target), terms_(terms), seen_(seen_capacity), now_(now) {}

  Result<SalvageReport> run() {
    Status written;
    report_.gaps =
        view_.for_each_readable(Family::pages, [&](std::string_view key, std::string_view value) {
          if (auto page = read(key, value)) written = write(*page);
          return written.has_value();
        });
    if (!written) return std::unexpected(std::move(written.error()));
    if (Status kept = copy_decisions(); !kept) return std::unexpected(std::move(kept.error()));
    return std::move(report_);
  }

 private:
  static constexpr std::size_t seen_capacity = 1'000'000;

  std::optional<WholePage> read(std::string_view key, std::string_view value) {
    WholePage page;
    if (!decode(value, page.record) || page_key(page.record.url).view() != key) {
      report_.pages_lost.emplace_back("(a record that cannot be read)");
      return std::nullopt;
    }
    if (expired(page.record.expires_at, now_)) return std::nullopt;
    auto current = assemble_page(view_, page.record);
    if (!current) {
      report_.pages_lost.push_back(page.record.url);
      return std::nullopt;
    }
    page.contents.push_back(std::move(current->blocks));
    read_versions(page);
    return page;
  }

  void read_versions(WholePage& page) {
    const ContentHash key = page_key(page.record.url);
    Status read =
        view_.for_each(Family::versions, key.view(), [&](std::string_view, std::string_view value) {
          VersionRecord version;
          // One that is not before the current one is left of a page that was stored over damage.
          const bool whole = decode(value, version) && version.page.version < page.record.version;
          auto content = whole ? assemble_page(view_, version.page) : Result<StoredPage>();
          if (!whole || !content) {
            ++report_.versions_lost;
            return true;
          }
          page.versions.push_back(std::move(version));
          page.contents.push_back(std::move(content->blocks));
          return true;
        });
    if (!read) ++report_.versions_lost;
  }

  Status write(WholePage& page) {
    const ReadView view(target_);
    PageTransaction transaction(target_, view, seen_, terms_, counters_);
    page.record.passages.clear();
    const Status adopted = transaction.adopt(page.record, page.versions, page.contents);
    if (!adopted) return adopted;
    WriteSet& changes = transaction.finish();
    if (Status written = target_.write(changes, Durability::buffered); !written) return written;
    for (const ContentHash& block : transaction.blocks_added()) seen_.add(block);
    counters_ = transaction.counters();
    ++report_.pages;
    report_.versions += page.versions.size();
    return {};
  }

  // What people decided, and what is to be done for them.
  Status copy_decisions() {
    WriteSet changes(target_);
    [[maybe_unused]] const Status read =
        view_.for_each(Family::schedule, "", [&](std::string_view key, std::string_view value) {
          changes.put(Family::schedule, key, value);
          return true;
        });
    if (const auto holds = view_.get(Family::meta, holds_key); holds && *holds) {
      changes.put(Family::meta, holds_key, **holds);
    }
    return target_.write(changes, Durability::synced);
  }

  const ReadView view_;
  Database& target_;
  TermReader& terms_;
  SeenFilter seen_;
  const TimePoint now_;
  CountersRecord counters_;
  SalvageReport report_;
};

fs::path beside(const fs::path& folder, std::string_view what, TimePoint now) {
  return folder.string() + "." + std::string(what) + "-" +
         std::to_string(now.time_since_epoch().count());
}

}  // namespace

Result<SalvageReport> salvage(const config::CacheConfig& config, TimePoint now) {
  auto terms = TermReader::create();
  if (!terms) return std::unexpected(std::move(terms.error()));
  if (Status ours = check_salvageable(config); !ours) {
    return std::unexpected(std::move(ours.error()));
  }
  config::CacheConfig damaged = config;
  damaged.directory = beside(config.directory, "damaged", now);
  std::error_code error;
  fs::rename(config.directory, damaged.directory, error);
  if (error) {
    return fail(ErrorCode::io, config.directory.string() + ": cannot be renamed to " +
                                   damaged.directory.string() + " (" + error.message() + ")");
  }
  const auto rescue = [&]() -> Result<SalvageReport> {
    auto source = Database::open_damaged(damaged, now);
    if (!source) return std::unexpected(std::move(source.error()));
    auto target = Database::open(config, now);
    if (!target) return std::unexpected(std::move(target.error()));
    return Salvage(**source, **target, *terms, now).run();
  };
  Result<SalvageReport> report = rescue();
  if (report) {
    report->damaged = damaged.directory;
    return report;
  }
  fs::remove_all(config.directory, error);
  fs::rename(damaged.directory, config.directory, error);
  return report;
}

}  // namespace seekd::cache
