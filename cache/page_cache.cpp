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

}  // namespace seekd::cache
