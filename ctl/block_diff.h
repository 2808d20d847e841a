// What changed between two versions of a page, in the cache's own terms, for a person or as JSON.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "cache/page_change.h"
#include "policy/page.h"

namespace seekd::ctl {

struct BlockDiff {
  struct Line {
    enum class Kind { removed, added };
    Kind kind = Kind::removed;
    Block block;
  };
  std::vector<Line> lines;          // in the order of the page
  std::size_t kept = 0;             // blocks
  cache::PageChange change;         // as a store() of the new page would judge it
  std::uint64_t written_bytes = 0;  // text that such a store() would write
};

BlockDiff diff_pages(const cache::PageContent& before, const cache::PageContent& after);

// "- removed" and "+ added" lines, blocks and then links, then a summary.
std::string to_text(const BlockDiff& diff);
boost::json::object to_json(const BlockDiff& diff);

boost::json::object to_json(const Block& block);

}  // namespace seekd::ctl
