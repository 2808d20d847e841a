// Schedule: what is to be done at a later time, kept through restarts. Records by number; what they
// say is their owner's.
//
// Any thread. A record that put() has returned from is on disk. Errors: corrupt, io.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/database.h"
#include "policy/result.h"

namespace seekd::cache {

struct ScheduledRecord {
  std::uint64_t number = 0;
  std::string bytes;

  bool operator==(const ScheduledRecord&) const = default;
};

class Schedule {
 public:
  // REQUIRES: database outlives this.
  explicit Schedule(Database& database) : database_(database) {}

  // All of them, by number.
  Result<std::vector<ScheduledRecord>> load() const;

  // In the place of the one before it.
  Status put(const ScheduledRecord& record);

  // One that is not there is gone already.
  Status erase(std::uint64_t number);

 private:
  Database& database_;
};

}  // namespace seekd::cache
