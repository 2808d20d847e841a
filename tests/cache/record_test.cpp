// Records are read back as they were written, and every damaged one is refused.

#include "cache/record.h"

#include <catch2/catch.hpp>

#include "cache/codec.h"
#include "cache/page_record.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

PageRecord page_record() {
  PageRecord record;
  record.expires_at = at(1000);
  record.url = "https://example.org/";
  record.final_url = "https://example.org/final";
  record.version = 7;
  record.snapshot_hash = hash_text("snapshot");
  record.retrieved_at = at(3);
  record.changed_at = at(2);
  record.fresh_until = at(-5);
  record.fresh_from = policy::FreshnessOrigin::learned;
  record.always_revalidate = true;
  record.history.add({});
  record.history.add({std::chrono::hours(5), true});
  record.history.add({std::chrono::hours(400), false});
  record.headers.etag = "\"e\"";
  record.metadata.title = "Title";
  record.blocks = {{hash_text("a"), 300}, {hash_text("b"), 2}};
  record.passages = {{1, hash_text("p"), "Heading", 0, 300},
                     {1 << 20, hash_text("q"), "", 301, 303}};
  record.metadata.feeds = {{"https://example.org/feed", "News"}};
  record.links = encode_links({{"https://example.org/l", "text"}});
  record.listing = {PageKind::feed, 3, encode_entries({{"https://example.org/e", "E", "", ""}})};
  return record;
}

HoldingsRecord holdings_record() {
  return {.expires_at = at(9), .blocks = {hash_text("a")}, .passages = {1, 2, 3}};
}

// Every cut, every flipped bit, and bytes after the end.
template <class Record>
void require_robust(const Record& record) {
  const std::string bytes = encode(record);
  Record read;
  REQUIRE(decode(bytes, read));
  CHECK(read == record);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Record cut;
    CHECK_FALSE(decode(std::string_view(bytes).substr(0, size), cut));
  }
  Record longer;
  CHECK_FALSE(decode(bytes + '\0', longer));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    Record other;
    // Some flips give another sound record. None may give this one, or read what is not there.
    if (decode(flipped, other)) CHECK_FALSE(other == record);
  }
  std::string other_layout = bytes;
  other_layout[0] = 9;
  Record unread;
  CHECK_FALSE(decode(other_layout, unread));
}

}  // namespace

TEST_CASE("Every record survives its bytes, and no damaged bytes pass for it") {
  require_robust(page_record());
  require_robust(VersionRecord{.replaced_at = at(8), .page = page_record()});
  require_robust(holdings_record());
  require_robust(BlockRecord{.pages = 3, .block = heading(2, "A heading")});
  require_robust(PassageRecord{.page = hash_text("u"), .length = 3, .terms = {{"a", 1}, {"b", 2}}});
  require_robust(VectorRecord{.host = "example.org", .scale = 0.5F, .values = {-127, 0, 127}});
  require_robust(VectorRecord{.host = "example.org", .scale = 0.0F, .values = {}});
  require_robust(EmbedderRecord{.fingerprint = "f", .dimension = 3});
  require_robust(CountersRecord{1, 2, 3, 4, 500, 6'000'000'000, 7});
  require_robust(FilterRecord{.generation = 1, .capacity = 2, .entries = 3, .bits = "bits"});
}

TEST_CASE("Entries and links are read back, and damaged ones are refused") {
  const std::vector<PageEntry> entries{{"https://example.org/", "Title", "2026-01-01", ""}};
  std::vector<PageEntry> read;
  REQUIRE(decode_entries(encode_entries(entries), read));
  CHECK(read == entries);
  std::vector<Link> links;
  REQUIRE(decode_links(encode_links({{"https://example.org/", "text"}}), links));
  CHECK(links == std::vector<Link>{{"https://example.org/", "text"}});
  const std::string bytes = encode_entries(entries);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    CHECK_FALSE(decode_entries(std::string_view(bytes).substr(0, size), read));
  }
  const std::string link_bytes = encode_links(links);
  for (std::size_t size = 1; size < link_bytes.size(); ++size) {
    CHECK_FALSE(decode_links(std::string_view(link_bytes).substr(0, size), links));
  }
  CHECK_FALSE(decode_entries("\xff\xff\xff\xff\x7f", read));
}

TEST_CASE("A kind of page that nobody knows is refused") {
  PageRecord record = page_record();
  record.listing.kind = static_cast<PageKind>(4);
  PageRecord read;
  CHECK_FALSE(decode(encode(record), read));
}

TEST_CASE("A count that its bytes cannot hold does not size an allocation") {
  PageRecord whole = page_record();
  whole.links.clear();
  whole.listing = {};
  for (std::size_t count_at = 0; count_at < encode(whole).size(); ++count_at) {
    std::string bytes = encode(whole).substr(0, count_at);
    bytes += "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
    PageRecord record;
    CHECK_FALSE(decode(bytes, record));
  }
}

TEST_CASE("A passage that ends behind its snapshot is refused") {
  PageRecord record = page_record();
  record.passages[1].byte_end = record.snapshot_bytes();
  PageRecord read;
  CHECK(decode(encode(record), read));
  ++record.passages[1].byte_end;
  CHECK_FALSE(decode(encode(record), read));
  record.passages[1].byte_end = record.passages[1].byte_begin - 1;
  CHECK_FALSE(decode(encode(record), read));
}

TEST_CASE("Holdings that name a block twice are refused") {
  HoldingsRecord record = holdings_record();
  record.blocks.push_back(record.blocks[0]);
  HoldingsRecord read;
  CHECK_FALSE(decode(encode(record), read));
}

TEST_CASE("A block that no page holds, or of an unknown kind, is refused") {
  BlockRecord read;
  CHECK_FALSE(decode(encode(BlockRecord{.pages = 0, .block = paragraph("x")}), read));
  Block unknown = paragraph("x");
  unknown.kind = static_cast<BlockKind>(7);
  CHECK_FALSE(decode(encode(BlockRecord{.pages = 1, .block = unknown}), read));
}

TEST_CASE("The time of expiry is read without the rest of the page") {
  CHECK(decode_expires_at(encode(page_record())) == at(1000));
  CHECK_FALSE(decode_expires_at(""));
  CHECK_FALSE(decode_expires_at("\x01short"));
  CHECK_FALSE(decode_expires_at("\x09" + std::string(20, 'x')));
}

TEST_CASE("Integers of every size are read back, and too long ones are refused") {
  for (std::uint64_t value : {0ull, 127ull, 128ull, 16'383ull, 16'384ull, ~0ull, ~0ull >> 1}) {
    ByteWriter writer;
    writer.varint(value);
    const std::string bytes = writer.take();
    ByteReader reader(bytes);
    CHECK(reader.varint() == value);
    CHECK(reader.finished());
  }
  ByteReader eleven_bytes("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01");
  CHECK(eleven_bytes.varint() == 0);
  CHECK(eleven_bytes.failed());
  ByteReader overflow("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  CHECK(overflow.varint() == 0);
  CHECK(overflow.failed());
  ByteReader above_32_bits("\x80\x80\x80\x80\x10");
  CHECK(above_32_bits.varint32() == 0);
  CHECK(above_32_bits.failed());
}

TEST_CASE("Times before 1970 and at the ends of time are read back") {
  for (TimePoint time : {TimePoint::min(), TimePoint(std::chrono::seconds(-1)), TimePoint::max()}) {
    ByteWriter writer;
    writer.time(time);
    const std::string bytes = writer.take();
    ByteReader reader(bytes);
    CHECK(reader.time() == time);
  }
}
