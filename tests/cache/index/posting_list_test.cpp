// Posting lists: what goes in comes out, edits give the list that a plain map gives, and damaged
// bytes are refused.

#include "cache/index/posting_list.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "cache/index/bit_packing.h"
#include "cache/index/posting_merge.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

using Plain = std::map<std::uint16_t, NewPosting>;  // by passage

std::vector<Posting> postings_of(const Plain& plain) {
  std::vector<Posting> postings;
  for (const auto& [passage, posting] : plain) postings.push_back({passage, posting.count});
  return postings;
}

// Additions behind all that were, removals of some that are there.
PostingEdit draw_edit(std::mt19937& random, const Plain& plain, std::uint32_t& next) {
  PostingEdit edit;
  for (std::size_t i = random() % 200; i > 0 && next < passages_per_chunk; --i) {
    const auto length = static_cast<std::uint16_t>(1 + random() % 300);
    const auto count = static_cast<std::uint16_t>(random() % 50 == 0 ? length : 1);
    edit.added.push_back({static_cast<std::uint16_t>(next), count, length});
    next += 1 + random() % (random() % 10 == 0 ? 2000 : 3);
  }
  for (const auto& [passage, posting] : plain) {
    if (random() % 7 == 0) edit.removed.push_back(passage);
  }
  return edit;
}

void apply_plainly(const PostingEdit& edit, Plain& plain) {
  for (const std::uint16_t passage : edit.removed) plain.erase(passage);
  for (const NewPosting& posting : edit.added) plain[posting.passage] = posting;
}

// No posting breaks what the directory says of its block.
void check_bounds(const std::string& list, const Plain& plain) {
  const auto read = PostingList::read(list);
  REQUIRE(read);
  auto posting = plain.begin();
  for (std::size_t i = 0; i < read->blocks(); ++i) {
    const BlockHead head = read->head(i);
    for (std::size_t j = 0; j < head.postings; ++j, ++posting) {
      REQUIRE(posting->second.count <= head.count_max);
      REQUIRE(posting->second.length >= head.length_min);
    }
  }
}

std::string list_of(std::size_t postings) {
  PostingListBuilder builder;
  for (std::size_t i = 0; i < postings; ++i) {
    const auto count = static_cast<std::uint16_t>(1 + i % 5);
    REQUIRE(builder.append({static_cast<std::uint16_t>(i * 3), count, 100}));
  }
  return builder.finish();
}

}  // namespace

TEST_CASE("Numbers of every width are unpacked as they were packed") {
  std::mt19937 random(1);
  for (unsigned bits = 0; bits <= packed_bits_max; ++bits) {
    std::vector<std::uint16_t> values(random() % 128 + 1);
    for (auto& value : values) value = static_cast<std::uint16_t>(random() & ((1U << bits) - 1));
    std::string bytes;
    pack_bits(values, bits, bytes);
    REQUIRE(bytes.size() == packed_bytes(values.size(), bits));
    bytes.append(unpack_slack_bytes, '\xff');
    std::vector<std::uint16_t> read(values.size());
    unpack_bits(bytes.data(), bits, read);
    CHECK(read == values);
  }
}

TEST_CASE("A list after many edits is what a plain map of them is") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::string list;
    Plain plain;
    std::uint32_t next = 0;
    for (int round = 0; round < 40; ++round) {
      const PostingEdit edit = draw_edit(random, plain, next);
      PostingEdit read;
      REQUIRE(decode(encode(edit), read));
      REQUIRE(read == edit);
      apply_plainly(edit, plain);
      std::string after;
      REQUIRE(apply(edit, list, after));
      list = after;
      std::vector<Posting> postings;
      REQUIRE(decode(list, postings));
      REQUIRE(postings == postings_of(plain));
      check_bounds(list, plain);
    }
  }
}

TEST_CASE("Edits joined do what they do one after the other") {
  std::mt19937 random(7);
  std::string list = list_of(0);
  std::string joined_list;
  Plain plain;
  std::uint32_t next = 0;
  PostingEdit joined;
  for (int round = 0; round < 10; ++round) {
    const PostingEdit edit = draw_edit(random, plain, next);
    apply_plainly(edit, plain);
    joined.append(edit);
  }
  REQUIRE(apply(joined, list, joined_list));
  std::vector<Posting> postings;
  REQUIRE(decode(joined_list, postings));
  CHECK(postings == postings_of(plain));
}

TEST_CASE("A list that loses all its postings is no bytes") {
  PostingEdit edit;
  for (std::uint16_t i = 0; i < 300; ++i) {
    edit.removed.push_back(static_cast<std::uint16_t>(i * 3));
  }
  std::string list;
  REQUIRE(apply(edit, list_of(300), list));
  CHECK(list.empty());
}

TEST_CASE("A passage cannot be added before those that are there") {
  std::string list;
  CHECK_FALSE(apply({.removed = {}, .added = {{5, 1, 1}}}, list_of(3), list));
  CHECK_FALSE(apply({.removed = {}, .added = {{6, 1, 1}}}, list_of(3), list));
  CHECK(apply({.removed = {}, .added = {{7, 1, 1}}}, list_of(3), list));
}

TEST_CASE("Damaged lists are refused, and nothing is read behind them") {
  for (const std::size_t size : {1UL, 127UL, 128UL, 300UL}) {
    const std::string list = list_of(size);
    std::vector<Posting> whole;
    REQUIRE(decode(list, whole));
    for (std::size_t cut = 1; cut < list.size(); ++cut) {
      // A copy of its own size, so that the sanitizer sees what is read behind it.
      const std::vector<char> bytes(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(cut));
      std::vector<Posting> postings;
      REQUIRE_FALSE(decode(std::string_view(bytes.data(), bytes.size()), postings));
    }
    for (std::size_t bit = 0; bit < list.size() * 8; ++bit) {
      std::vector<char> bytes(list.begin(), list.end());
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      std::vector<Posting> postings;
      std::string after;
      const std::string_view flipped(bytes.data(), bytes.size());
      // Some flips give another sound list; none may give what a list cannot be.
      if (!decode(flipped, postings)) continue;
      for (std::size_t i = 1; i < postings.size(); ++i) {
        REQUIRE(postings[i - 1].passage < postings[i].passage);
      }
      [[maybe_unused]] const bool applied = apply({{0}, {{65'535, 1, 1}}}, flipped, after);
    }
  }
}

TEST_CASE("The key of a list is read back, and other keys are refused") {
  const std::string key = posting_key("falcon", 0x01020304);
  const auto parsed = parse_posting_key(key);
  REQUIRE(parsed);
  CHECK(parsed->term == "falcon");
  CHECK(parsed->chunk == 0x01020304);
  CHECK(parse_posting_key(posting_key("", 7))->term.empty());
  CHECK_FALSE(parse_posting_key("falcon"));
  CHECK_FALSE(parse_posting_key(""));
}
