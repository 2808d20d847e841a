#include "model/shape/characters.h"

#include <algorithm>

namespace seekd::model {
namespace {

constexpr CharacterRange surrogates{0xD800, 0xDFFF};

void add_without_surrogates(CharacterRange range, Characters& out) {
  if (range.first < surrogates.first) {
    out.push_back({range.first, std::min<char32_t>(range.last, surrogates.first - 1)});
  }
  if (range.last > surrogates.last) {
    out.push_back({std::max<char32_t>(range.first, surrogates.last + 1), range.last});
  }
}

}  // namespace

Characters tidy(Characters ranges) {
  std::ranges::sort(ranges);
  Characters joined;
  for (const CharacterRange& range : ranges) {
    if (!joined.empty() && range.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  Characters out;
  for (const CharacterRange& range : joined) add_without_surrogates(range, out);
  return out;
}

Characters all_but(const Characters& ranges) {
  Characters out;
  char32_t next = 0;
  for (const CharacterRange& range : ranges) {
    if (range.first > next) out.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= character_max) out.push_back({next, character_max});
  return tidy(std::move(out));
}

}  // namespace seekd::model
