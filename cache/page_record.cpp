#include "cache/page_record.h"

#include "cache/codec.h"

namespace seekd::cache {
namespace {

constexpr std::uint8_t layout = 3;
constexpr std::size_t hash_bytes = sizeof(ContentHash);

void write_strings(ByteWriter& writer, const CachingHeaders& headers) {
  for (const std::string* field :
       {&headers.cache_control, &headers.expires, &headers.date, &headers.age,
        &headers.last_modified, &headers.etag, &headers.vary}) {
    writer.text(*field);
  }
}

void read_strings(ByteReader& reader, CachingHeaders& headers) {
  for (std::string* field : {&headers.cache_control, &headers.expires, &headers.date, &headers.age,
                             &headers.last_modified, &headers.etag, &headers.vary}) {
    *field = reader.text();
  }
}

void write_links(ByteWriter& writer, const std::vector<Link>& links) {
  writer.varint(links.size());
  for (const Link& link : links) {
    writer.text(link.url);
    writer.text(link.text);
  }
}

void read_links(ByteReader& reader, std::vector<Link>& links) {
  links.resize(reader.count(2));
  for (Link& link : links) {
    link.url = reader.text();
    link.text = reader.text();
  }
}

void write_metadata(ByteWriter& writer, const PageMetadata& metadata) {
  for (const std::string* field :
       {&metadata.title, &metadata.author, &metadata.language, &metadata.canonical_url,
        &metadata.published, &metadata.modified}) {
    writer.text(*field);
  }
  write_links(writer, metadata.feeds);
}

void read_metadata(ByteReader& reader, PageMetadata& metadata) {
  for (std::string* field : {&metadata.title, &metadata.author, &metadata.language,
                             &metadata.canonical_url, &metadata.published, &metadata.modified}) {
    *field = reader.text();
  }
  read_links(reader, metadata.feeds);
}

void write_listing(ByteWriter& writer, const ListingRecord& listing) {
  writer.u8(static_cast<std::uint8_t>(listing.kind));
  writer.varint(listing.entries_total);
  writer.text(listing.entries);
}

void read_listing(ByteReader& reader, ListingRecord& listing) {
  const std::uint8_t kind = reader.u8();
  if (kind > static_cast<std::uint8_t>(PageKind::sitemap_index)) reader.reject();
  listing.kind = static_cast<PageKind>(kind);
  listing.entries_total = reader.varint();
  listing.entries = reader.text();
}

void write_blocks(ByteWriter& writer, const std::vector<BlockRef>& blocks) {
  writer.varint(blocks.size());
  for (const BlockRef& block : blocks) {
    writer.hash(block.id);
    writer.varint(block.bytes);
  }
}

void read_blocks(ByteReader& reader, std::vector<BlockRef>& blocks) {
  blocks.resize(reader.count(hash_bytes + 1));
  for (BlockRef& block : blocks) {
    block.id = reader.hash();
    block.bytes = reader.varint32();
  }
}

void write_passages(ByteWriter& writer, const std::vector<PassageRef>& passages) {
  writer.varint(passages.size());
  for (const PassageRef& passage : passages) {
    writer.varint(passage.id);
    writer.hash(passage.fingerprint);
    writer.text(passage.heading_path);
    writer.varint(passage.byte_begin);
    writer.varint(passage.byte_end);
  }
}

// A passage outside the snapshot would be cut out of memory that is not there.
void read_passages(ByteReader& reader, std::uint64_t snapshot_bytes,
                   std::vector<PassageRef>& passages) {
  passages.resize(reader.count(hash_bytes + 4));
  for (PassageRef& passage : passages) {
    passage.id = reader.varint();
    passage.fingerprint = reader.hash();
    passage.heading_path = reader.text();
    passage.byte_begin = reader.varint();
    passage.byte_end = reader.varint();
    if (passage.byte_begin > passage.byte_end || passage.byte_end > snapshot_bytes) reader.reject();
  }
}

void write_history(ByteWriter& writer, const policy::ChangeHistory& history) {
  writer.varint(history.visits);
  writer.varint(history.changes);
  writer.varint(history.recent.size());
  for (const policy::Visit& visit : history.recent) {
    writer.varint(static_cast<std::uint64_t>(visit.since.count()) << 1 | (visit.changed ? 1 : 0));
  }
}

void read_history(ByteReader& reader, policy::ChangeHistory& history) {
  history.visits = reader.varint32();
  history.changes = reader.varint32();
  history.recent.resize(reader.count(1));
  for (policy::Visit& visit : history.recent) {
    const std::uint64_t bits = reader.varint();
    visit = {std::chrono::seconds(bits >> 1), (bits & 1) == 1};
  }
  const bool possible = history.recent.size() <= policy::ChangeHistory::recent_max &&
                        history.recent.size() <= history.visits &&
                        history.changes <= history.visits;
  if (!possible) reader.reject();
}

void write_page(ByteWriter& writer, const PageRecord& record) {
  writer.time(record.expires_at);
  writer.text(record.url);
  writer.text(record.final_url);
  writer.varint(record.version);
  writer.hash(record.snapshot_hash);
  writer.time(record.retrieved_at);
  writer.time(record.changed_at);
  writer.time(record.fresh_until);
  writer.u8(static_cast<std::uint8_t>(record.fresh_from));
  writer.u8(record.always_revalidate ? 1 : 0);
  write_history(writer, record.history);
  write_strings(writer, record.headers);
  write_metadata(writer, record.metadata);
  write_blocks(writer, record.blocks);
  write_passages(writer, record.passages);
  writer.text(record.links);
  write_listing(writer, record.listing);
}

void read_page(ByteReader& reader, PageRecord& record) {
  record.expires_at = reader.time();
  record.url = reader.text();
  record.final_url = reader.text();
  record.version = reader.varint32();
  record.snapshot_hash = reader.hash();
  record.retrieved_at = reader.time();
  record.changed_at = reader.time();
  record.fresh_until = reader.time();
  const std::uint8_t fresh_from = reader.u8();
  if (fresh_from > static_cast<std::uint8_t>(policy::FreshnessOrigin::fallback)) reader.reject();
  record.fresh_from = static_cast<policy::FreshnessOrigin>(fresh_from);
  std::uint8_t always_revalidate = reader.u8();
  record.always_revalidate = always_revalidate == 1;
  if (always_revalidate > 1 || record.version == 0) reader.reject();
  read_history(reader, record.history);
  read_strings(reader, record.headers);
  read_metadata(reader, record.metadata);
  read_blocks(reader, record.blocks);
  read_passages(reader, record.snapshot_bytes(), record.passages);
  record.links = reader.text();
  read_listing(reader, record.listing);
}

}  // namespace

std::uint64_t PageRecord::snapshot_bytes() const {
  std::uint64_t bytes = blocks.empty() ? 0 : blocks.size() - 1;  // one '\n' between two blocks
  for (const BlockRef& block : blocks) bytes += block.bytes;
  return bytes;
}

std::string encode(const PageRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  write_page(writer, record);
  return writer.take();
}

bool decode(std::string_view bytes, PageRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  read_page(reader, record);
  return reader.finished();
}

std::optional<TimePoint> decode_expires_at(std::string_view page_record) {
  ByteReader reader(page_record);
  if (reader.u8() != layout) return std::nullopt;
  TimePoint expires_at = reader.time();
  if (reader.failed()) return std::nullopt;
  return expires_at;
}

std::string encode(const VersionRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.time(record.replaced_at);
  write_page(writer, record.page);
  return writer.take();
}

bool decode(std::string_view bytes, VersionRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.replaced_at = reader.time();
  read_page(reader, record.page);
  return reader.finished();
}

std::string encode_links(const std::vector<Link>& links) {
  if (links.empty()) return {};
  ByteWriter writer;
  write_links(writer, links);
  return writer.take();
}

bool decode_links(std::string_view bytes, std::vector<Link>& links) {
  links.clear();
  if (bytes.empty()) return true;
  ByteReader reader(bytes);
  read_links(reader, links);
  return reader.finished();
}

std::string encode_entries(const std::vector<PageEntry>& entries) {
  if (entries.empty()) return {};
  ByteWriter writer;
  writer.varint(entries.size());
  for (const PageEntry& entry : entries) {
    for (const std::string* field : {&entry.url, &entry.title, &entry.published, &entry.modified}) {
      writer.text(*field);
    }
  }
  return writer.take();
}

bool decode_entries(std::string_view bytes, std::vector<PageEntry>& entries) {
  entries.clear();
  if (bytes.empty()) return true;
  ByteReader reader(bytes);
  entries.resize(reader.count(4));
  for (PageEntry& entry : entries) {
    for (std::string* field : {&entry.url, &entry.title, &entry.published, &entry.modified}) {
      *field = reader.text();
    }
  }
  return reader.finished();
}

}  // namespace seekd::cache
