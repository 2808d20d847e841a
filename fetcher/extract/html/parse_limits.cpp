#include "fetcher/extract/html/parse_limits.h"

#include <string>

namespace seekd::fetcher {

Error ParseLimits::error() const {
  const auto more_than = [](std::string what, std::size_t most, std::string_view of) {
    return Error{ErrorCode::too_large,
                 std::move(what) + " more than " + std::to_string(most) + std::string(of)};
  };
  switch (limit_) {
    case Limit::tags:
      return more_than("the page has", tags_max, " tags");
    case Limit::tag_attributes:
      return more_than("a tag of the page has", tag_attributes_max, " attributes");
    case Limit::page_attributes:
      return more_than("the page's tags have", page_attributes_max, " attributes");
    case Limit::nodes:
      return more_than("the page's tree has", nodes_max, " nodes");
    case Limit::open_elements:
      return more_than("the page's elements are nested", open_elements_max, " deep");
    case Limit::comparisons:
    case Limit::none:
      break;
  }
  return {ErrorCode::too_large, "the page's tags are too entangled to be read"};
}

}  // namespace seekd::fetcher
