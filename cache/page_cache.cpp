#include "cache/page_cache.h"

namespace seekd::cache {

std::string_view to_string(Change change) {
  switch (change) {
    case Change::added:
      return "added";
    case Change::unchanged:
      return "unchanged";
    case Change::changed:
      return "changed";
  }
  return "changed";
}

std::string_view to_string(SearchMode mode) {
  switch (mode) {
    case SearchMode::lexical:
      return "lexical";
    case SearchMode::dense:
      return "dense";
    case SearchMode::hybrid:
      return "hybrid";
  }
  return "hybrid";
}

std::optional<SearchMode> parse_search_mode(std::string_view name) {
  for (const SearchMode mode : {SearchMode::lexical, SearchMode::dense, SearchMode::hybrid}) {
    if (name == to_string(mode)) return mode;
  }
  return std::nullopt;
}

}  // namespace seekd::cache
