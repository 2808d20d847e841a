#include "cache/page_change.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "cache/content_hash.h"
#include "cache/content_links.h"
#include "cache/link_noise.h"
#include "cache/noise.h"

namespace seekd::cache {
namespace {

constexpr std::size_t links_compared_max = 200;  // of those that differ, on each side

std::vector<BlockRef> refs_of(std::span<const Block> blocks) {
  std::vector<BlockRef> refs;
  refs.reserve(blocks.size());
  for (const Block& block : blocks) {
    refs.push_back({hash_block(block), static_cast<std::uint32_t>(block.text.size())});
  }
  return refs;
}

// Blocks between two that stayed: [begin, end) on each side.
struct Run {
  std::size_t before_begin = 0, before_end = 0;
  std::size_t after_begin = 0, after_end = 0;
};

std::vector<Run> runs_of(const std::vector<BlockChange>& script) {
  std::vector<Run> runs;
  bool open = false;
  for (const BlockChange& change : script) {
    if (change.kind == BlockChange::Kind::kept) {
      open = false;
      continue;
    }
    if (!std::exchange(open, true)) {
      runs.push_back({change.before, change.before, change.after, change.after});
    }
    (change.kind == BlockChange::Kind::removed ? runs.back().before_end : runs.back().after_end)++;
  }
  return runs;
}

std::uint64_t text_bytes(std::span<const Block> blocks) {
  std::uint64_t bytes = 0;
  for (const Block& block : blocks) bytes += block.text.size();
  return bytes;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

template <class Visit>
void for_each_word(std::span<const Block> blocks, Visit visit) {
  for (const Block& block : blocks) {
    std::string_view rest = block.text;
    while (!rest.empty()) {
      const auto end = std::ranges::find_if(rest, is_space) - rest.begin();
      if (end > 0) visit(rest.substr(0, end));
      rest.remove_prefix(std::min<std::size_t>(end + 1, rest.size()));
    }
  }
}

// Bytes of the words that both have, each as often as the rarer side has it.
std::uint64_t shared_bytes(std::span<const Block> before, std::span<const Block> after) {
  if (before.empty() || after.empty()) return 0;
  std::unordered_map<std::string_view, std::size_t> words;
  for_each_word(before, [&](std::string_view word) { ++words[word]; });
  std::uint64_t bytes = 0;
  for_each_word(after, [&](std::string_view word) {
    const auto known = words.find(word);
    if (known == words.end() || known->second == 0) return;
    --known->second;
    bytes += word.size() + 1;
  });
  return std::min({bytes, text_bytes(before), text_bytes(after)});
}

std::string_view text_above(std::span<const Block> blocks, std::size_t index) {
  return index == 0 ? std::string_view() : std::string_view(blocks[index - 1].text);
}

// Per block: do teasers stand there, below their heading?
std::vector<bool> teaser_places(std::span<const Block> blocks) {
  std::vector<bool> places;
  places.reserve(blocks.size() + 1);
  bool below = false;
  for (const Block& block : blocks) {
    places.push_back(below);
    if (heads_teasers(block.text)) {
      below = true;
    } else if (block.kind == BlockKind::heading) {
      below = false;
    }
  }
  places.push_back(below);
  return places;
}

// Anchors of a page: words that are a link stand for what they link to.
class Anchors {
 public:
  explicit Anchors(std::span<const Link> links) {
    for (const Link& link : links) texts_.insert(link.text);
  }
  bool are_all(std::span<const Block> blocks) const {
    return std::ranges::all_of(blocks,
                               [this](const Block& block) { return texts_.contains(block.text); });
  }

 private:
  std::set<std::string_view> texts_;
};

using LinkKey = std::pair<std::string, std::string_view>;  // address, words

struct LinkUse {
  const Link* link = nullptr;  // the first of them
  std::size_t count = 0;
};
using Links = std::map<LinkKey, LinkUse>;

Links by_key(std::span<const Link> links) {
  Links keys;
  for (const Link& link : links) {
    LinkUse& use = keys[{lasting_address(link.url), link.text}];
    if (use.count++ == 0) use.link = &link;
  }
  return keys;
}

// Words that lead to the heading that says the same, below it on this page.
bool is_of_contents_table(const LinkKey& key, const std::set<std::string_view>& headings) {
  return key.first.ends_with('#') && headings.contains(key.second);
}

std::set<std::string_view> headings_of(std::span<const Block> blocks) {
  std::set<std::string_view> headings;
  for (const Block& block : blocks) {
    if (block.kind == BlockKind::heading) headings.insert(block.text);
  }
  return headings;
}

// Judges one pair of contents, run by run.
class Judge {
 public:
  Judge(const PageContent& before, const PageContent& after)
      : before_(before),
        after_(after),
        before_anchors_(before.links),
        after_anchors_(after.links),
        before_teasers_(teaser_places(before.blocks)),
        after_teasers_(teaser_places(after.blocks)) {}

  PageChange judge() {
    PageChange change;
    const std::vector<BlockRef> before_refs = refs_of(before_.blocks);
    const std::vector<BlockRef> after_refs = refs_of(after_.blocks);
    change.script = diff_blocks(before_refs, after_refs);
    const std::vector<Run> runs = runs_of(change.script);
    std::uint64_t differing = 0;  // bytes on both sides that are not in common
    bool edited = false;
    for (const Run& run : runs) {
      if (is_noise(run)) continue;
      edited = true;
      const auto removed = removed_by(run);
      const auto added = added_by(run);
      change.changed_text_bytes += text_bytes(added.empty() ? removed : added);
      differing += text_bytes(removed) + text_bytes(added) - 2 * shared_bytes(removed, added);
    }
    compare_links(change);
    const std::uint64_t total = text_bytes(before_.blocks) + text_bytes(after_.blocks);
    if (total > 0) {
      change.similarity = 1.0 - static_cast<double>(differing) / static_cast<double>(total);
    }
    edited = edited || !change.links_removed.empty() || !change.links_added.empty();
    change.extent = extent_of(edited, !runs.empty(), change.similarity);
    return change;
  }

 private:
  static Extent extent_of(bool edited, bool differs, double similarity) {
    if (edited) return similarity < similarity_minor_min ? Extent::major : Extent::minor;
    return differs ? Extent::noise : Extent::none;
  }

  std::span<const Block> removed_by(const Run& run) const {
    return before_.blocks.subspan(run.before_begin, run.before_end - run.before_begin);
  }
  std::span<const Block> added_by(const Run& run) const {
    return after_.blocks.subspan(run.after_begin, run.after_end - run.after_begin);
  }

  bool is_noise(const Run& run) {
    const bool noise = replaces_noise(run) || rotates_teasers(run);
    if (noise) {
      // Their links come and go with them.
      std::ranges::for_each(removed_by(run), [this](const Block& b) { noisy_.insert(b.text); });
      std::ranges::for_each(added_by(run), [this](const Block& b) { noisy_.insert(b.text); });
    }
    return noise;
  }

  bool replaces_noise(const Run& run) const {
    const std::size_t count = run.before_end - run.before_begin;
    if (count != run.after_end - run.after_begin) return false;
    for (std::size_t i = 0; i < count; ++i) {
      const Block& before = before_.blocks[run.before_begin + i];
      const Block& after = after_.blocks[run.after_begin + i];
      if (before.kind != after.kind || before.level != after.level ||
          without_noise(before, text_above(before_.blocks, run.before_begin + i)) !=
              without_noise(after, text_above(after_.blocks, run.after_begin + i))) {
        return false;
      }
    }
    return true;
  }

  bool rotates_teasers(const Run& run) const {
    return before_teasers_[run.before_begin] && after_teasers_[run.after_begin] &&
           before_anchors_.are_all(removed_by(run)) && after_anchors_.are_all(added_by(run));
  }

  void compare_links(PageChange& change) const {
    const Links before = by_key(before_.links);
    const Links after = by_key(after_.links);
    change.links_removed = only_in(before, after, before_.blocks);
    change.links_added = only_in(after, before, after_.blocks);
  }

  std::vector<Link> only_in(const Links& links, const Links& others,
                            std::span<const Block> blocks) const {
    const std::set<std::string_view> headings = headings_of(blocks);
    std::vector<Link> candidates;
    for (const auto& [key, use] : links) {
      if (candidates.size() == links_compared_max) break;
      if (noisy_.contains(use.link->text)) continue;
      const auto other = others.find(key);
      const bool rarer_there = other == others.end() || (other->second.count < use.count &&
                                                         is_of_contents_table(key, headings));
      if (rarer_there) candidates.push_back(*use.link);
    }
    return candidates.empty() ? candidates : content_links(blocks, candidates);
  }

  const PageContent before_;
  const PageContent after_;
  const Anchors before_anchors_;
  const Anchors after_anchors_;
  const std::vector<bool> before_teasers_;
  const std::vector<bool> after_teasers_;
  std::set<std::string_view> noisy_;  // texts of blocks that are noise
};

}  // namespace

std::string_view to_string(Extent extent) {
  switch (extent) {
    case Extent::none:
      return "none";
    case Extent::noise:
      return "noise";
    case Extent::minor:
      return "minor";
    case Extent::major:
      return "major";
  }
  return "major";
}

PageChange judge_change(const PageContent& before, const PageContent& after) {
  return Judge(before, after).judge();
}

}  // namespace seekd::cache
