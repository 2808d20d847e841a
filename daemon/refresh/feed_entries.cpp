#include "daemon/refresh/feed_entries.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "cache/content_hash.h"
#include "daemon/time_text.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

// A date alone means the end of its day: a copy of that morning may be old by noon.
std::optional<TimePoint> date_of(const PageEntry& entry) {
  const std::string& text = entry.modified.empty() ? entry.published : entry.modified;
  if (const auto time = parse_time(text)) return time;
  const auto day = parse_time(text + "T00:00:00Z");
  if (!day) return std::nullopt;
  return *day + std::chrono::days(1);
}

std::uint64_t hash_of(const std::string& url, const PageEntry& entry) {
  const cache::ContentHash hash =
      cache::hash_text(url + "\n" + entry.modified + "\n" + entry.published);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | hash.bytes[i];
  return number;
}

}  // namespace

std::vector<Candidate> candidates_of(std::span<const PageEntry> entries, const std::string& own_url,
                                     std::span<const std::uint64_t> given_up) {
  std::vector<Candidate> candidates;
  std::unordered_set<std::string> seen{own_url};
  for (const PageEntry& entry : entries) {
    const auto url = policy::parse_url(entry.url);
    if (!url || !seen.insert(url->text()).second) continue;
    Candidate candidate{url->text(), date_of(entry), hash_of(url->text(), entry)};
    if (std::ranges::binary_search(given_up, candidate.hash)) continue;
    candidates.push_back(std::move(candidate));
  }
  std::ranges::stable_sort(candidates, std::ranges::greater{}, &Candidate::changed);
  return candidates;
}

EntryState judge_entry(const Candidate& candidate, std::optional<TimePoint> retrieved_at) {
  if (!retrieved_at) return EntryState::absent;
  return candidate.changed && *candidate.changed > *retrieved_at ? EntryState::changed
                                                                 : EntryState::known;
}

}  // namespace seekd::daemon
