#include "cache/schedule.h"

#include "cache/families.h"

namespace seekd::cache {

Result<std::vector<ScheduledRecord>> Schedule::load() const {
  const ReadView view(database_);
  std::vector<ScheduledRecord> records;
  std::string damaged_key;
  Status read =
      view.for_each(Family::schedule, "", [&](std::string_view key, std::string_view value) {
        const std::optional<std::uint64_t> number = parse_schedule_key(key);
        if (!number) {
          damaged_key = key;
          return false;
        }
        records.push_back({*number, std::string(value)});
        return true;
      });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::schedule, damaged_key));
  return records;
}

Status Schedule::put(const ScheduledRecord& record) {
  WriteSet changes(database_);
  changes.put(Family::schedule, schedule_key(record.number), record.bytes);
  return database_.write(changes, Durability::synced);
}

Status Schedule::erase(std::uint64_t number) {
  WriteSet changes(database_);
  changes.erase(Family::schedule, schedule_key(number));
  return database_.write(changes, Durability::synced);
}

}  // namespace seekd::cache
