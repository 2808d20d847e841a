#include "ctl/block_diff.h"

#include <cstdio>

#include <boost/json.hpp>

#include "cache/content_hash.h"
#include "cache/page_diff.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

std::vector<cache::BlockRef> to_refs(const std::vector<Block>& blocks) {
  std::vector<cache::BlockRef> refs;
  refs.reserve(blocks.size());
  for (const Block& block : blocks) {
    refs.push_back({cache::hash_block(block), static_cast<std::uint32_t>(block.text.size())});
  }
  return refs;
}

}  // namespace

BlockDiff diff_pages(const std::vector<Block>& before, const std::vector<Block>& after) {
  const std::vector<cache::BlockRef> old_refs = to_refs(before);
  const std::vector<cache::BlockRef> new_refs = to_refs(after);
  BlockDiff diff;
  for (const cache::BlockChange& change : cache::diff_blocks(old_refs, new_refs)) {
    switch (change.kind) {
      case cache::BlockChange::Kind::kept:
        ++diff.kept;
        break;
      case cache::BlockChange::Kind::removed:
        diff.lines.push_back({BlockDiff::Line::Kind::removed, before[change.before]});
        break;
      case cache::BlockChange::Kind::added:
        diff.lines.push_back({BlockDiff::Line::Kind::added, after[change.after]});
        break;
    }
  }
  diff.similarity = cache::similarity(old_refs, new_refs);
  return diff;
}

std::string to_text(const BlockDiff& diff) {
  std::string text;
  for (const BlockDiff::Line& line : diff.lines) {
    text += line.kind == BlockDiff::Line::Kind::removed ? "- " : "+ ";
    text += terminal_line(line.block.text, 1000) + '\n';
  }
  char similarity[16];
  std::snprintf(similarity, sizeof similarity, "%.3f", diff.similarity);
  return text + std::to_string(diff.kept) + " blocks kept, similarity " + similarity + '\n';
}

json::object to_json(const Block& block) {
  return {{"kind", to_string(block.kind)}, {"level", block.level}, {"text", block.text}};
}

json::object to_json(const BlockDiff& diff) {
  json::array removed;
  json::array added;
  for (const BlockDiff::Line& line : diff.lines) {
    (line.kind == BlockDiff::Line::Kind::removed ? removed : added).push_back(to_json(line.block));
  }
  return {{"similarity", diff.similarity},
          {"kept", diff.kept},
          {"removed", std::move(removed)},
          {"added", std::move(added)}};
}

}  // namespace seekd::ctl
