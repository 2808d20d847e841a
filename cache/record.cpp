#include "cache/record.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "cache/codec.h"

namespace seekd::cache {
namespace {

constexpr std::uint8_t layout = 1;

}  // namespace

std::string encode(const HoldingsRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.time(record.expires_at);
  writer.varint(record.blocks.size());
  for (const ContentHash& block : record.blocks) writer.hash(block);
  writer.varint(record.passages.size());
  for (std::uint64_t passage : record.passages) writer.varint(passage);
  return writer.take();
}

bool decode(std::string_view bytes, HoldingsRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.expires_at = reader.time();
  record.blocks.resize(reader.count(sizeof(ContentHash)));
  for (ContentHash& block : record.blocks) block = reader.hash();
  record.passages.resize(reader.count(1));
  for (std::uint64_t& passage : record.passages) passage = reader.varint();
  // A block named twice would be given back twice, and so be taken from another page.
  return reader.finished() && std::ranges::is_sorted(record.blocks, std::ranges::less_equal{});
}

std::string encode(const BlockRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.varint(record.pages);
  writer.u8(static_cast<std::uint8_t>(record.block.kind));
  writer.u8(record.block.level);
  writer.text(record.block.text);
  return writer.take();
}

bool decode(std::string_view bytes, BlockRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.pages = reader.varint32();
  std::uint8_t kind = reader.u8();
  record.block.kind = static_cast<BlockKind>(kind);
  record.block.level = reader.u8();
  record.block.text = reader.text();
  return reader.finished() && record.pages > 0 &&
         kind <= static_cast<std::uint8_t>(BlockKind::caption);
}

std::string encode(const PassageRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.hash(record.page);
  writer.u8(static_cast<std::uint8_t>(record.language));
  writer.varint(record.length);
  writer.varint(record.terms.size());
  for (const TermCount& term : record.terms) {
    writer.text(term.term);
    writer.varint(term.count);
  }
  return writer.take();
}

bool decode(std::string_view bytes, PassageRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.page = reader.hash();
  const std::uint8_t language = reader.u8();
  if (language >= language_count) reader.reject();
  record.language = static_cast<Language>(language);
  record.length = reader.varint32();
  record.terms.resize(reader.count(2));
  std::uint64_t length = 0;
  for (TermCount& term : record.terms) {
    term.term = reader.text();
    term.count = reader.varint32();
    length += term.count;
  }
  return reader.finished() && length == record.length;
}

std::optional<ContentHash> decode_page(std::string_view passage_record) {
  ByteReader reader(passage_record);
  if (reader.u8() != layout) return std::nullopt;
  const ContentHash page = reader.hash();
  if (reader.failed()) return std::nullopt;
  return page;
}

std::string encode(const VectorRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.text(record.host);
  writer.text({reinterpret_cast<const char*>(record.values.data()), record.values.size()});
  if (record.waits()) return writer.take();
  const auto bits = std::bit_cast<std::uint32_t>(record.scale);
  for (int shift = 0; shift < 32; shift += 8) writer.u8(static_cast<std::uint8_t>(bits >> shift));
  return writer.take();
}

bool decode(std::string_view bytes, VectorRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.host = reader.text();
  const std::string_view values = reader.text();
  record.values.assign(values.begin(), values.end());
  record.scale = 0.0F;
  if (record.waits()) return reader.finished();
  std::uint32_t bits = 0;
  for (int shift = 0; shift < 32; shift += 8) bits |= std::uint32_t{reader.u8()} << shift;
  record.scale = std::bit_cast<float>(bits);
  return reader.finished() && std::isfinite(record.scale) && !std::signbit(record.scale);
}

std::string encode(const EmbedderRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.text(record.fingerprint);
  writer.varint(record.dimension);
  return writer.take();
}

bool decode(std::string_view bytes, EmbedderRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.fingerprint = reader.text();
  record.dimension = reader.varint();
  return reader.finished();
}

std::string encode(const HoldsRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.varint(record.holds.size());
  for (const Hold& hold : record.holds) {
    writer.text(hold.what);
    writer.text(hold.reason);
    writer.time(hold.since);
  }
  return writer.take();
}

bool decode(std::string_view bytes, HoldsRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.holds.resize(reader.count(10));
  for (Hold& hold : record.holds) {
    hold.what = reader.text();
    hold.reason = reader.text();
    hold.since = reader.time();
  }
  return reader.finished();
}

std::string encode(const CountersRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  for (std::uint64_t value : {record.generation, record.pages, record.versions, record.blocks,
                              record.passages, record.terms, record.next_passage}) {
    writer.varint(value);
  }
  writer.varint(record.languages.size());
  for (const std::uint64_t passages : record.languages) writer.varint(passages);
  return writer.take();
}

bool decode(std::string_view bytes, CountersRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  for (std::uint64_t* value : {&record.generation, &record.pages, &record.versions, &record.blocks,
                               &record.passages, &record.terms, &record.next_passage}) {
    *value = reader.varint();
  }
  // A language that came later has no passages yet.
  const std::size_t languages = reader.count(1);
  if (languages > language_count) return false;
  record.languages = {};
  for (std::size_t i = 0; i < languages; ++i) record.languages[i] = reader.varint();
  return reader.finished();
}

std::string encode(const policy::ClockMark& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.time(record.clocks.wall);
  writer.varint(static_cast<std::uint64_t>(record.clocks.since_boot.count()));
  writer.text(record.boot_id);
  return writer.take();
}

bool decode(std::string_view bytes, policy::ClockMark& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.clocks.wall = reader.time();
  const std::uint64_t since_boot = reader.varint();
  record.clocks.since_boot = std::chrono::seconds(since_boot);
  record.boot_id = reader.text();
  return reader.finished() && since_boot <= std::uint64_t{1} << 40;
}

std::string encode(const FilterRecord& record) {
  ByteWriter writer;
  writer.u8(layout);
  writer.varint(record.generation);
  writer.varint(record.capacity);
  writer.varint(record.entries);
  writer.hash(hash_text(record.bits));
  writer.text(record.bits);
  return writer.take();
}

bool decode(std::string_view bytes, FilterRecord& record) {
  ByteReader reader(bytes);
  if (reader.u8() != layout) return false;
  record.generation = reader.varint();
  record.capacity = reader.varint();
  record.entries = reader.varint();
  ContentHash checksum = reader.hash();
  record.bits = reader.text();
  // One lost bit would call a stored page 'never seen'.
  return reader.finished() && checksum == hash_text(record.bits);
}

}  // namespace seekd::cache
