#include "cache/expiry.h"

#include <optional>
#include <string>
#include <utility>

#include <rocksdb/compaction_filter.h>

#include "cache/page_record.h"

namespace seekd::cache {
namespace {

class ExpiredPageFilter : public rocksdb::CompactionFilter {
 public:
  explicit ExpiredPageFilter(TimePoint now) : now_(now) {}

  const char* Name() const override { return "seekd.ExpiredPageFilter"; }

  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value,
              std::string* /*new_value*/, bool* /*value_changed*/) const override {
    std::optional<TimePoint> expires_at = decode_expires_at(value.ToStringView());
    return expires_at && expired(*expires_at, now_);
  }

 private:
  const TimePoint now_;
};

class ExpiredPageFilters : public rocksdb::CompactionFilterFactory {
 public:
  explicit ExpiredPageFilters(std::shared_ptr<const ExpiryClock> clock)
      : clock_(std::move(clock)) {}

  const char* Name() const override { return "seekd.ExpiredPageFilters"; }

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<ExpiredPageFilter>(clock_->now());
  }

 private:
  const std::shared_ptr<const ExpiryClock> clock_;
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilterFactory> expired_page_filters(
    std::shared_ptr<const ExpiryClock> clock) {
  return std::make_shared<ExpiredPageFilters>(std::move(clock));
}

}  // namespace seekd::cache
