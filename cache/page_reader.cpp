#include "cache/page_reader.h"

#include <algorithm>
#include <utility>

#include "cache/expiry.h"
#include "cache/record.h"

namespace seekd::cache {
namespace {

Result<Block> load_block(const ReadView& view, const BlockRef& ref) {
  Result<std::optional<BlockRecord>> record = view.load<BlockRecord>(Family::blocks, ref.id.view());
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record || (*record)->block.text.size() != ref.bytes) {
    return std::unexpected(view.damaged(Family::blocks, ref.id.view()));
  }
  return std::move((*record)->block);
}

}  // namespace

Result<std::optional<PageRecord>> load_live_page(const ReadView& view, const ContentHash& key,
                                                 TimePoint now) {
  Result<std::optional<PageRecord>> record = view.load<PageRecord>(Family::pages, key.view());
  if (record && *record && expired((*record)->expires_at, now)) return std::nullopt;
  return record;
}

Result<std::optional<PageRecord>> load_live_page(const ReadView& view, std::string_view url,
                                                 TimePoint now) {
  Result<std::optional<PageRecord>> record = load_live_page(view, page_key(url), now);
  if (record && *record && (*record)->url != url) return std::nullopt;
  return record;
}

Result<std::vector<VersionRecord>> load_versions(const ReadView& view, const ContentHash& key) {
  std::vector<VersionRecord> versions;
  std::string damaged_key;
  Status read = view.for_each(Family::versions, key.view(),
                              [&](std::string_view version_key, std::string_view value) {
                                if (decode(value, versions.emplace_back())) return true;
                                damaged_key = version_key;
                                return false;
                              });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::versions, damaged_key));
  return versions;
}

Result<StoredPage> assemble_page(const ReadView& view, const PageRecord& record) {
  StoredPage page{.url = record.url,
                  .final_url = record.final_url,
                  .version = record.version,
                  .snapshot_hash = record.snapshot_hash.hex(),
                  .retrieved_at = record.retrieved_at,
                  .changed_at = record.changed_at,
                  .fresh_until = record.fresh_until,
                  .fresh_from = record.fresh_from,
                  .expires_at = record.expires_at,
                  .always_revalidate = record.always_revalidate,
                  .visits = record.history.visits,
                  .changes = record.history.changes,
                  .headers = record.headers,
                  .metadata = record.metadata,
                  .blocks = {},
                  .links = {},
                  .kind = record.listing.kind,
                  .entries = {},
                  .entries_total = record.listing.entries_total};
  const ContentHash key = page_key(record.url);
  for (const BlockRef& ref : record.blocks) {
    Result<Block> block = load_block(view, ref);
    if (!block) return std::unexpected(std::move(block.error()));
    page.blocks.push_back(std::move(*block));
  }
  if (hash_text(snapshot_text(page.blocks)) != record.snapshot_hash ||
      !decode_links(record.links, page.links) ||
      !decode_entries(record.listing.entries, page.entries)) {
    return std::unexpected(view.damaged(Family::pages, key.view()));
  }
  return page;
}

Result<std::string> load_text(const ReadView& view, const PageRecord& record,
                              std::uint64_t byte_begin, std::uint64_t byte_end) {
  std::string text;
  std::uint64_t block_begin = 0;
  for (const BlockRef& ref : record.blocks) {
    const std::uint64_t block_end = block_begin + ref.bytes;
    if (block_begin >= byte_end) break;
    if (byte_begin <= block_end) {
      Result<Block> block = load_block(view, ref);
      if (!block) return std::unexpected(std::move(block.error()));
      // A range over several blocks has the line break between them.
      if (block_begin > byte_begin) text += '\n';
      const std::uint64_t begin = std::max(byte_begin, block_begin) - block_begin;
      const std::uint64_t end = std::min(byte_end, block_end) - block_begin;
      text += std::string_view(block->text).substr(begin, end - begin);
    }
    block_begin = block_end + 1;
  }
  return text;
}

}  // namespace seekd::cache
