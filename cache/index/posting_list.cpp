#include "cache/index/posting_list.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

#include "cache/codec.h"
#include "cache/index/bit_packing.h"

namespace seekd::cache {
namespace {

constexpr std::size_t chunk_bytes = 4;
constexpr std::size_t head_bytes = 8;
static_assert(sizeof(BlockHead) == head_bytes && head_bytes >= unpack_slack_bytes);

constexpr std::uint8_t open_mark = 0xff;  // in the place of a width

// Are the blocks in order, and their bytes as many as the list says?
bool is_sound(const PostingList& list) {
  int before = -1;
  std::size_t bytes = 0;
  std::uint64_t postings = 0;
  for (std::size_t i = 0; i < list.blocks(); ++i) {
    const BlockHead head = list.head(i);
    const bool last_one = i + 1 == list.blocks();
    if (head.postings == 0 || head.postings > postings_per_block || head.count_max == 0 ||
        head.length_min == 0 || head.last - before < head.postings) {
      return false;
    }
    if (head.is_open() ? !last_one : head.distance_bits > packed_bits_max) return false;
    bytes += head.is_open() ? 0 : head.bytes();
    postings += head.postings;
    before = head.last;
  }
  const bool has_open = list.blocks() > 0 && list.head(list.blocks() - 1).is_open();
  return bytes == list.packed().size() && postings == list.postings() &&
         has_open == !list.open().empty();
}

}  // namespace

bool BlockHead::is_open() const {
  return distance_bits == open_mark;
}

unsigned BlockHead::count_bits() const {
  return static_cast<unsigned>(std::bit_width(count_max - 1U));
}

std::size_t BlockHead::bytes() const {
  return packed_bytes(postings, distance_bits) + packed_bytes(postings, count_bits());
}

BlockHead PostingList::head(std::size_t block) const {
  assert(block < blocks_);
  BlockHead head;
  std::memcpy(&head, directory_ + block * head_bytes, head_bytes);
  return head;
}

std::optional<PostingList> PostingList::read(std::string_view bytes) {
  PostingList list;
  if (bytes.empty()) return list;
  ByteReader reader(bytes);
  list.postings_ = reader.varint32();
  list.blocks_ = reader.varint32();
  const std::uint32_t packed_size = reader.varint32();
  list.packed_ = reader.raw(packed_size);
  const std::string_view directory = reader.raw(list.blocks_ * head_bytes);
  if (reader.failed() || list.blocks_ == 0) return std::nullopt;
  list.directory_ = directory.data();
  list.open_ = bytes.substr(static_cast<std::size_t>(directory.end() - bytes.begin()));
  if (!is_sound(list)) return std::nullopt;
  return list;
}

bool decode_block(std::string_view bytes, const BlockHead& head, int before, DecodedBlock& block) {
  assert(!head.is_open() && bytes.size() >= head.bytes());
  block.size = head.postings;
  const std::span<std::uint16_t> passages = std::span(block.passages).first(block.size);
  const std::span<std::uint16_t> counts = std::span(block.counts).first(block.size);
  unpack_bits(bytes.data(), head.distance_bits, passages);
  unpack_bits(bytes.data() + packed_bytes(block.size, head.distance_bits), head.count_bits(),
              counts);
  std::uint32_t next = static_cast<std::uint32_t>(before + 1);
  std::uint32_t greatest = 0;
  for (std::size_t i = 0; i < block.size; ++i) {
    next += passages[i];
    passages[i] = static_cast<std::uint16_t>(next++);
    greatest = std::max<std::uint32_t>(greatest, ++counts[i]);
  }
  std::fill(block.passages.begin() + static_cast<std::ptrdiff_t>(block.size), block.passages.end(),
            UINT16_MAX);
  return next == head.last + 1U && greatest == head.count_max;
}

bool decode_open(std::string_view bytes, const BlockHead& head, int before,
                 std::vector<NewPosting>& postings) {
  ByteReader reader(bytes);
  postings.clear();
  auto next = static_cast<std::uint64_t>(std::int64_t{before} + 1);
  for (std::size_t i = 0; i < head.postings; ++i) {
    next += reader.varint32();
    const std::uint32_t count = reader.varint32();
    const std::uint32_t length = reader.varint32();
    if (reader.failed() || next > head.last || count == 0 || count > head.count_max ||
        length < head.length_min || length > count_max) {
      return false;
    }
    postings.push_back({static_cast<std::uint16_t>(next), static_cast<std::uint16_t>(count),
                        static_cast<std::uint16_t>(length)});
    ++next;
  }
  return reader.finished() && next == head.last + 1U;
}

bool decode(std::string_view bytes, std::vector<Posting>& postings) {
  const std::optional<PostingList> list = PostingList::read(bytes);
  if (!list) return false;
  int before = -1;
  std::string_view packed = list->packed();
  for (std::size_t i = 0; i < list->blocks(); ++i) {
    const BlockHead head = list->head(i);
    if (head.is_open()) {
      std::vector<NewPosting> open;
      if (!decode_open(list->open(), head, before, open)) return false;
      for (const NewPosting& posting : open) postings.push_back({posting.passage, posting.count});
      continue;
    }
    DecodedBlock block;
    if (!decode_block(packed, head, before, block)) return false;
    for (std::size_t j = 0; j < block.size; ++j) {
      postings.push_back({block.passages[j], block.counts[j]});
    }
    packed.remove_prefix(head.bytes());
    before = head.last;
  }
  return true;
}

std::string posting_key(std::string_view term, std::uint64_t chunk) {
  std::string key(term);
  key += '\0';
  for (std::size_t byte = chunk_bytes; byte-- > 0;) key += static_cast<char>(chunk >> (8 * byte));
  return key;
}

std::optional<PostingKey> parse_posting_key(std::string_view key) {
  if (key.size() < 1 + chunk_bytes) return std::nullopt;
  PostingKey parsed{.term = key.substr(0, key.size() - 1 - chunk_bytes), .chunk = 0};
  if (key[parsed.term.size()] != '\0') return std::nullopt;
  for (const char byte : key.substr(key.size() - chunk_bytes)) {
    parsed.chunk = parsed.chunk << 8 | static_cast<std::uint8_t>(byte);
  }
  return parsed;
}

void PostingListBuilder::add_head(const BlockHead& head) {
  directory_.append(reinterpret_cast<const char*>(&head), head_bytes);
  postings_ += head.postings;
  ++blocks_;
  last_ = head.last;
}

bool PostingListBuilder::append_block(const BlockHead& head, std::string_view bytes, int before) {
  assert(!head.is_open() && open_.empty());
  close_rest();
  appended_ = head.last;
  if (before == last_) {
    packed_.append(bytes.substr(0, head.bytes()));
    add_head(head);
    return true;
  }
  // What stood before it is gone: its first distance has grown.
  DecodedBlock block;
  if (!decode_block(bytes, head, before, block)) return false;
  std::vector<Posting> postings;
  postings.reserve(block.size);
  for (std::size_t i = 0; i < block.size; ++i) {
    postings.push_back({block.passages[i], block.counts[i]});
  }
  pack(postings, head.length_min);
  return true;
}

void PostingListBuilder::append_rest(std::span<const Posting> postings, std::uint16_t length_min) {
  assert(!postings.empty() && open_.empty());
  if (rest_.size() + postings.size() > postings_per_block) close_rest();
  rest_length_min_ = rest_.empty() ? length_min : std::min(rest_length_min_, length_min);
  rest_.insert(rest_.end(), postings.begin(), postings.end());
  appended_ = rest_.back().passage;
}

bool PostingListBuilder::append(const NewPosting& posting) {
  if (posting.passage <= appended_) return false;
  close_rest();
  open_.push_back(posting);
  appended_ = posting.passage;
  if (open_.size() == postings_per_block) close_open();
  return true;
}

void PostingListBuilder::close_rest() {
  if (rest_.empty()) return;
  pack(rest_, rest_length_min_);
  rest_.clear();
}

void PostingListBuilder::close_open() {
  std::vector<Posting> postings;
  std::uint16_t length_min = std::numeric_limits<std::uint16_t>::max();
  for (const NewPosting& posting : open_) {
    postings.push_back({posting.passage, posting.count});
    length_min = std::min(length_min, posting.length);
  }
  open_.clear();
  pack(postings, length_min);
}

void PostingListBuilder::pack(std::span<const Posting> postings, std::uint16_t length_min) {
  std::array<std::uint16_t, postings_per_block> distances{};
  std::array<std::uint16_t, postings_per_block> counts{};
  BlockHead head{.last = postings.back().passage,
                 .count_max = 0,
                 .length_min = length_min,
                 .postings = static_cast<std::uint8_t>(postings.size()),
                 .distance_bits = 0};
  int next = last_ + 1;
  std::uint16_t widest = 0;
  for (std::size_t i = 0; i < postings.size(); ++i) {
    distances[i] = static_cast<std::uint16_t>(postings[i].passage - next);
    counts[i] = static_cast<std::uint16_t>(postings[i].count - 1);
    widest = std::max(widest, distances[i]);
    head.count_max = std::max(head.count_max, postings[i].count);
    next = postings[i].passage + 1;
  }
  head.distance_bits = static_cast<std::uint8_t>(std::bit_width(widest));
  pack_bits(std::span(distances).first(postings.size()), head.distance_bits, packed_);
  pack_bits(std::span(counts).first(postings.size()), head.count_bits(), packed_);
  add_head(head);
}

std::string PostingListBuilder::finish() {
  close_rest();
  ByteWriter open;
  if (!open_.empty()) {
    BlockHead head{.last = open_.back().passage,
                   .count_max = 0,
                   .length_min = open_.front().length,
                   .postings = static_cast<std::uint8_t>(open_.size()),
                   .distance_bits = open_mark};
    int next = last_ + 1;
    for (const NewPosting& posting : open_) {
      open.varint(static_cast<std::uint64_t>(posting.passage - next));
      open.varint(posting.count);
      open.varint(posting.length);
      head.count_max = std::max(head.count_max, posting.count);
      head.length_min = std::min(head.length_min, posting.length);
      next = posting.passage + 1;
    }
    add_head(head);
  }
  if (blocks_ == 0) return {};
  ByteWriter writer;
  writer.varint(postings_);
  writer.varint(blocks_);
  writer.varint(packed_.size());
  writer.raw(packed_);
  writer.raw(directory_);
  writer.raw(open.take());
  return writer.take();
}

}  // namespace seekd::cache
