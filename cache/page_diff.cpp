#include "cache/page_diff.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <unordered_map>

namespace seekd::cache {
namespace {

constexpr std::ptrdiff_t edits_max = 1000;

struct Match {
  std::size_t before = 0;
  std::size_t after = 0;
};

// The furthest `before` index reached on each diagonal (before - after), from -reach to reach.
class Frontier {
 public:
  explicit Frontier(std::ptrdiff_t reach) : reach_(reach), furthest_(2 * reach + 1, 0) {}

  std::ptrdiff_t& operator[](std::ptrdiff_t diagonal) { return furthest_[diagonal + reach_]; }

  // True when the step onto this diagonal inserts (goes down from diagonal + 1); else it deletes.
  bool inserts(std::ptrdiff_t edits, std::ptrdiff_t diagonal) {
    return diagonal == -edits ||
           (diagonal != edits && (*this)[diagonal - 1] < (*this)[diagonal + 1]);
  }

 private:
  std::ptrdiff_t reach_;
  std::vector<std::ptrdiff_t> furthest_;
};

// Walks the recorded frontiers back from the end, collecting the diagonal steps.
std::vector<Match> trace_back(std::vector<Frontier>& trace, std::ptrdiff_t x, std::ptrdiff_t y) {
  std::vector<Match> matches;
  for (auto edits = static_cast<std::ptrdiff_t>(trace.size()); edits-- > 0;) {
    Frontier& frontier = trace[edits];
    std::ptrdiff_t diagonal = x - y;
    bool inserted = frontier.inserts(edits, diagonal);
    std::ptrdiff_t from = diagonal + (inserted ? 1 : -1);
    std::ptrdiff_t x_from = frontier[from];
    std::ptrdiff_t x_start = inserted ? x_from : x_from + 1;
    for (; x > x_start; --x, --y) {
      matches.push_back({static_cast<std::size_t>(x - 1), static_cast<std::size_t>(y - 1)});
    }
    x = x_from;
    y = x_from - from;
  }
  std::ranges::reverse(matches);
  return matches;
}

// nullopt when more than edits_max edits are needed.
std::optional<std::vector<Match>> myers(std::span<const BlockRef> before,
                                        std::span<const BlockRef> after) {
  const auto before_size = static_cast<std::ptrdiff_t>(before.size());
  const auto after_size = static_cast<std::ptrdiff_t>(after.size());
  const std::ptrdiff_t edits_bound = std::min(edits_max, before_size + after_size);
  std::vector<Frontier> trace;
  Frontier frontier(1);
  for (std::ptrdiff_t edits = 0; edits <= edits_bound; ++edits) {
    // What was reached with one edit less, on a frontier wide enough for this one.
    Frontier wider(edits + 1);
    for (std::ptrdiff_t k = -(edits - 1); k <= edits - 1; ++k) wider[k] = frontier[k];
    trace.push_back(wider);
    frontier = std::move(wider);
    for (std::ptrdiff_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
      bool inserts = frontier.inserts(edits, diagonal);
      std::ptrdiff_t x = inserts ? frontier[diagonal + 1] : frontier[diagonal - 1] + 1;
      std::ptrdiff_t y = x - diagonal;
      while (x < before_size && y < after_size && before[x].id == after[y].id) ++x, ++y;
      frontier[diagonal] = x;
      if (x >= before_size && y >= after_size) return trace_back(trace, x, y);
    }
  }
  return std::nullopt;
}

// Blocks that occur once on each side, in the order of `before`.
std::vector<Match> unique_matches(std::span<const BlockRef> before,
                                  std::span<const BlockRef> after) {
  struct Seen {
    std::size_t before = 0, after = 0, last_after = 0;
  };
  std::unordered_map<ContentHash, Seen, ContentHashHasher> seen;
  for (const BlockRef& block : before) ++seen[block.id].before;
  for (std::size_t i = 0; i < after.size(); ++i) {
    Seen& entry = seen[after[i].id];
    ++entry.after;
    entry.last_after = i;
  }
  std::vector<Match> matches;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Seen& entry = seen[before[i].id];
    if (entry.before == 1 && entry.after == 1) matches.push_back({i, entry.last_after});
  }
  return matches;
}

// The longest run of matches that goes forward on both sides: patience sorting.
std::vector<Match> longest_increasing(const std::vector<Match>& matches) {
  constexpr std::size_t none = -1;
  std::vector<std::size_t> tops;  // per pile, its top match
  std::vector<std::size_t> previous(matches.size(), none);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    auto pile = std::ranges::lower_bound(tops, matches[i].after, {},
                                         [&](std::size_t top) { return matches[top].after; });
    if (pile != tops.begin()) previous[i] = *std::prev(pile);
    if (pile == tops.end()) {
      tops.push_back(i);
    } else {
      *pile = i;
    }
  }
  std::vector<Match> chain;
  for (std::size_t i = tops.empty() ? none : tops.back(); i != none; i = previous[i]) {
    chain.push_back(matches[i]);
  }
  std::ranges::reverse(chain);
  return chain;
}

// Pairs of equal blocks, increasing on both sides.
std::vector<Match> match_blocks(std::span<const BlockRef> before, std::span<const BlockRef> after) {
  const auto same_id = [](const BlockRef& a, const BlockRef& b) { return a.id == b.id; };
  const std::size_t prefix = std::ranges::mismatch(before, after, same_id).in1 - before.begin();
  before = before.subspan(prefix);
  after = after.subspan(prefix);
  const std::size_t suffix =
      std::ranges::mismatch(before | std::views::reverse, after | std::views::reverse, same_id)
          .in1 -
      before.rbegin();
  before = before.first(before.size() - suffix);
  after = after.first(after.size() - suffix);

  std::vector<Match> matches;
  matches.reserve(prefix);
  for (std::size_t i = 0; i < prefix; ++i) matches.push_back({i, i});
  std::optional<std::vector<Match>> middle = myers(before, after);
  if (!middle) middle = longest_increasing(unique_matches(before, after));
  for (const Match& match : *middle) {
    matches.push_back({prefix + match.before, prefix + match.after});
  }
  for (std::size_t i = 0; i < suffix; ++i) {
    matches.push_back({prefix + before.size() + i, prefix + after.size() + i});
  }
  return matches;
}

}  // namespace

std::vector<BlockChange> diff_blocks(std::span<const BlockRef> before,
                                     std::span<const BlockRef> after) {
  std::vector<Match> matches = match_blocks(before, after);
  matches.push_back({before.size(), after.size()});
  std::vector<BlockChange> changes;
  std::size_t i = 0;
  std::size_t j = 0;
  for (const Match& match : matches) {
    for (; i < match.before; ++i) changes.push_back({BlockChange::Kind::removed, i, j});
    for (; j < match.after; ++j) changes.push_back({BlockChange::Kind::added, i, j});
    if (i < before.size() && j < after.size()) {
      changes.push_back({BlockChange::Kind::kept, i++, j++});
    }
  }
  return changes;
}

}  // namespace seekd::cache
