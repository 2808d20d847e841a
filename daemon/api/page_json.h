// What /seekd/v1/* shows of stored pages, as JSON.
//
// Pure; any thread.

#pragma once

#include <span>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cache/page_cache.h"

namespace seekd::daemon {

boost::json::object metadata_json(const PageMetadata& metadata);
boost::json::array entries_json(const std::vector<PageEntry>& entries);
boost::json::object page_json(const cache::StoredPage& page);
boost::json::array passages_json(std::span<const Passage> passages);
boost::json::array versions_json(std::span<const cache::VersionInfo> versions);

}  // namespace seekd::daemon
