#include "ctl/block_diff.h"

#include <cstdio>
#include <unordered_set>

#include <boost/json.hpp>

#include "cache/content_hash.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

using Kind = BlockDiff::Line::Kind;

// The text of blocks that the old page does not have, each once.
std::uint64_t new_text_bytes(const cache::PageContent& before, const BlockDiff& diff) {
  std::unordered_set<cache::ContentHash, cache::ContentHashHasher> stored;
  for (const Block& block : before.blocks) stored.insert(cache::hash_block(block));
  std::uint64_t bytes = 0;
  for (const BlockDiff::Line& line : diff.lines) {
    const bool is_new =
        line.kind == Kind::added && stored.insert(cache::hash_block(line.block)).second;
    if (is_new) bytes += line.block.text.size();
  }
  return bytes;
}

json::array to_json(const std::vector<Link>& links) {
  json::array out;
  for (const Link& link : links) out.push_back({{"url", link.url}, {"text", link.text}});
  return out;
}

std::string link_line(char sign, const Link& link) {
  return std::string(1, sign) + " link " + terminal_line(link.text) + " to " +
         terminal_line(link.url, 2048) + '\n';
}

}  // namespace

BlockDiff diff_pages(const cache::PageContent& before, const cache::PageContent& after) {
  BlockDiff diff;
  diff.change = cache::judge_change(before, after);
  for (const cache::BlockChange& change : diff.change.script) {
    switch (change.kind) {
      case cache::BlockChange::Kind::kept:
        ++diff.kept;
        break;
      case cache::BlockChange::Kind::removed:
        diff.lines.push_back({Kind::removed, before.blocks[change.before]});
        break;
      case cache::BlockChange::Kind::added:
        diff.lines.push_back({Kind::added, after.blocks[change.after]});
        break;
    }
  }
  diff.written_bytes = new_text_bytes(before, diff);
  return diff;
}

std::string to_text(const BlockDiff& diff) {
  std::string text;
  for (const BlockDiff::Line& line : diff.lines) {
    text += line.kind == Kind::removed ? "- " : "+ ";
    text += terminal_line(line.block.text, 1000) + '\n';
  }
  for (const Link& link : diff.change.links_removed) text += link_line('-', link);
  for (const Link& link : diff.change.links_added) text += link_line('+', link);
  char similarity[16];
  std::snprintf(similarity, sizeof similarity, "%.3f", diff.change.similarity);
  return text + std::to_string(diff.kept) + " blocks kept, similarity " + similarity +
         ", change: " + std::string(to_string(diff.change.extent)) + '\n';
}

json::object to_json(const Block& block) {
  return {{"kind", to_string(block.kind)}, {"level", block.level}, {"text", block.text}};
}

json::object to_json(const BlockDiff& diff) {
  json::array removed;
  json::array added;
  for (const BlockDiff::Line& line : diff.lines) {
    (line.kind == Kind::removed ? removed : added).push_back(to_json(line.block));
  }
  return {{"change", to_string(diff.change.extent)},
          {"similarity", diff.change.similarity},
          {"changed_text_bytes", diff.change.changed_text_bytes},
          {"written_bytes", diff.written_bytes},
          {"kept", diff.kept},
          {"removed", std::move(removed)},
          {"added", std::move(added)},
          {"links_removed", to_json(diff.change.links_removed)},
          {"links_added", to_json(diff.change.links_added)}};
}

}  // namespace seekd::ctl
