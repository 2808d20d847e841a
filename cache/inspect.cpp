#include "cache/inspect.h"

#include <utility>

#include "cache/database.h"
#include "cache/expiry.h"
#include "cache/page_reader.h"
#include "cache/storage_folder.h"
#include "cache/verify.h"

namespace seekd::cache {

Result<VerifyReport> inspect(const config::CacheConfig& config, TimePoint now) {
  const auto database = Database::open_for_reading(config, now);
  if (!database) return std::unexpected(database.error());
  const ReadView view(**database);
  const auto counters = view.load<CountersRecord>(Family::meta, counters_key);
  if (!counters) return std::unexpected(counters.error());
  const auto filters = load_filters(view, config, counters->value_or(CountersRecord{}));
  if (!filters) return std::unexpected(filters.error());
  return verify(**database, *filters, now);
}

Status for_each_page(const config::CacheConfig& config, TimePoint now,
                     const std::function<bool(const StoredPage&)>& visit) {
  const auto database = Database::open_for_reading(config, now);
  if (!database) return std::unexpected(database.error());
  const ReadView view(**database);
  Status outcome;
  Status read = view.for_each(Family::pages, "", [&](std::string_view key, std::string_view value) {
    PageRecord record;
    if (!decode(value, record)) {
      outcome = std::unexpected(view.damaged(Family::pages, key));
      return false;
    }
    if (expired(record.expires_at, now)) return true;
    const auto page = assemble_page(view, record);
    if (!page) outcome = std::unexpected(page.error());
    return page && visit(*page);
  });
  return read ? outcome : read;
}

Status check_not_held(const std::filesystem::path& folder) {
  return check_free(folder);
}

}  // namespace seekd::cache
