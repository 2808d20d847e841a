#include "daemon/answer/suspicion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "policy/injection.h"

namespace seekd::daemon {
namespace {

Notice suspected_notice(const std::string& url) {
  return {"suspected_injection", url,
          "the page has text that addresses an assistant instead of a reader: it ranks behind the "
          "other pages, and is neither quoted nor cited"};
}

}  // namespace

bool is_suspected(const Passage& passage) {
  const std::string shown = passage.title + "\n" + passage.heading_path + "\n" + passage.text;
  return policy::find_injection(shown).has_value();
}

void lower_suspected(std::vector<Passage>& candidates, std::vector<Notice>& notices) {
  const auto trusted = std::ranges::stable_partition(
      candidates, [](const Passage& passage) { return !is_suspected(passage); });
  double least = 0.0;
  for (const Passage& passage : std::span(candidates.begin(), trusted.begin())) {
    if (!std::isnan(passage.score)) least = std::min(least, passage.score);
  }
  std::ranges::stable_sort(trusted, std::greater{}, &Passage::score);
  for (Passage& passage : trusted) {
    passage.score = least = std::nextafter(least, -std::numeric_limits<double>::infinity());
    const auto is_told = [&](const Notice& notice) {
      return notice.code == "suspected_injection" && notice.url == passage.url;
    };
    if (std::ranges::none_of(notices, is_told)) notices.push_back(suspected_notice(passage.url));
  }
}

std::vector<ByteRange> suspected_ranges(const Passage& passage) {
  std::vector<ByteRange> ranges;
  if (const auto injection = policy::find_injection(passage.text)) {
    for (const policy::TextRange& span : injection->spans) {
      ranges.push_back({span.begin, span.end});
    }
  }
  return ranges;
}

bool touches(std::span<const ByteRange> suspected, ByteRange range) {
  return std::ranges::any_of(suspected, [&](const ByteRange& other) {
    return range.begin < other.end && other.begin < range.end;
  });
}

bool is_suspected_support(std::span<const Passage> passages, const Support& support) {
  const Passage& passage = passages[support.passage];
  const std::size_t base = passage.byte_begin;
  if (support.range.begin < base) return false;
  return touches(suspected_ranges(passage), {support.range.begin - base, support.range.end - base});
}

}  // namespace seekd::daemon
