// PageKeeper: what people decide about stored pages, against what age and servers say: hold them,
// let them go, forget them.
//
// Any thread; calls wait for each other, and the stores between two pages of a call do not wait.

#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cache/database.h"
#include "cache/holds.h"
#include "cache/page_match.h"
#include "cache/page_writer.h"
#include "cache/reports.h"
#include "policy/result.h"

namespace seekd::cache {

class PageKeeper {
 public:
  // REQUIRES: all of them outlive this.
  PageKeeper(Database& database, PageWriter& writer, Holds& holds)
      : database_(database), writer_(writer), holds_(holds) {}

  // As PageCache says.
  Result<std::uint64_t> hold(std::string_view what, std::string reason, TimePoint now);
  Result<std::uint64_t> let_go(std::string_view what);
  Result<ForgetReport> forget(std::string_view what, TimePoint now);
  Result<std::vector<ListedPage>> list(std::string_view what, TimePoint now) const;
  Result<std::size_t> remove(const std::vector<std::string>& urls, TimePoint now);

 private:
  struct Found {
    ContentHash key;
    std::string url;
  };

  Status for_each_match(const PageMatch& match,
                        const std::function<void(const PageRecord&)>& visit) const;
  Result<std::vector<Found>> find(const PageMatch& match) const;
  Status store_holds(const HoldsRecord& record);
  Result<std::uint64_t> renew_expiry(const PageMatch& match);
  Status check_not_held(const PageMatch& match, const std::vector<Found>& pages) const;

  Database& database_;
  PageWriter& writer_;
  Holds& holds_;
  std::mutex keeping_;
};

}  // namespace seekd::cache
