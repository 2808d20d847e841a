#include "daemon/answer/snapshot_check.h"

#include <map>
#include <optional>
#include <string>

namespace seekd::daemon {
namespace {

// The text of the version that the passage is of; nullopt when it is not there, or is not what its
// hash says.
std::optional<std::string> read_snapshot(cache::PageCache& cache, const Passage& passage,
                                         TimePoint now) {
  auto page = cache.find(passage.url, now);
  if (page && *page && (*page)->version != passage.version) {
    page = cache.find_version(passage.url, passage.version, now);
  }
  if (!page || !*page || (*page)->snapshot_hash != passage.snapshot_hash) return std::nullopt;
  return snapshot_text((*page)->blocks);
}

bool holds(const std::string& snapshot, const Support& support, const Passage& passage) {
  const auto [begin, end] = support.range;
  if (begin < passage.byte_begin || end > passage.byte_end || begin >= end ||
      end > snapshot.size()) {
    return false;
  }
  return snapshot.compare(begin, end - begin, passage.text, begin - passage.byte_begin,
                          end - begin) == 0;
}

}  // namespace

std::vector<bool> check_snapshots(cache::PageCache& cache, std::span<const Support> supports,
                                  std::span<const Passage> passages, TimePoint now) {
  std::map<std::size_t, std::optional<std::string>> snapshots;  // by passage
  std::vector<bool> answers;
  for (const Support& support : supports) {
    const Passage& passage = passages[support.passage];
    auto known = snapshots.find(support.passage);
    if (known == snapshots.end()) {
      known = snapshots.emplace(support.passage, read_snapshot(cache, passage, now)).first;
    }
    answers.push_back(known->second && holds(*known->second, support, passage));
  }
  return answers;
}

}  // namespace seekd::daemon
