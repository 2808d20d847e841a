// What changed between two versions of a page, in the cache's own terms, for a person or as JSON.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "policy/page.h"

namespace seekd::ctl {

struct BlockDiff {
  struct Line {
    enum class Kind { removed, added };
    Kind kind = Kind::removed;
    Block block;
  };
  std::vector<Line> lines;  // in the order of the page
  std::size_t kept = 0;     // blocks
  double similarity = 1;    // 0 to 1, as a store() of the new page would say
};

BlockDiff diff_pages(const std::vector<Block>& before, const std::vector<Block>& after);

// "- removed" and "+ added" lines, then a summary.
std::string to_text(const BlockDiff& diff);
boost::json::object to_json(const BlockDiff& diff);

boost::json::object to_json(const Block& block);

}  // namespace seekd::ctl
