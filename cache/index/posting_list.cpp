#include "cache/index/posting_list.h"

#include <algorithm>
#include <deque>

#include <rocksdb/merge_operator.h>

#include "cache/codec.h"

namespace seekd::cache {
namespace {

constexpr std::size_t chunk_bytes = 4;

bool union_of(std::vector<Posting> postings, std::string& bytes) {
  std::ranges::stable_sort(postings, {}, &Posting::passage);
  std::vector<Posting> merged;
  for (const Posting& posting : postings) {
    if (!merged.empty() && merged.back().passage == posting.passage) merged.pop_back();
    merged.push_back(posting);
  }
  bytes = encode(merged);
  return true;
}

class PostingMerge : public rocksdb::MergeOperator {
 public:
  const char* Name() const override { return "seekd.PostingMerge"; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    std::vector<Posting> postings;
    if (in.existing_value != nullptr && !decode(in.existing_value->ToStringView(), postings)) {
      return false;
    }
    for (const rocksdb::Slice& operand : in.operand_list) {
      if (!decode(operand.ToStringView(), postings)) return false;
    }
    return union_of(std::move(postings), out->new_value);
  }

  bool PartialMergeMulti(const rocksdb::Slice& /*key*/, const std::deque<rocksdb::Slice>& operands,
                         std::string* merged, rocksdb::Logger* /*logger*/) const override {
    std::vector<Posting> postings;
    for (const rocksdb::Slice& operand : operands) {
      if (!decode(operand.ToStringView(), postings)) return false;
    }
    return union_of(std::move(postings), *merged);
  }
};

}  // namespace

std::string encode(const std::vector<Posting>& postings) {
  ByteWriter writer;
  PostingHead head{.postings = static_cast<std::uint32_t>(postings.size())};
  for (const Posting& posting : postings) {
    head.count_max = std::max(head.count_max, posting.count);
    head.length_min =
        head.length_min == 0 ? posting.length : std::min(head.length_min, posting.length);
  }
  writer.varint(head.postings);
  writer.varint(head.count_max);
  writer.varint(head.length_min);
  std::uint32_t previous = 0;
  for (const Posting& posting : postings) {
    writer.varint(posting.passage - previous);
    writer.varint(posting.count);
    writer.varint(posting.length);
    previous = posting.passage;
  }
  return writer.take();
}

namespace {

// Searches read millions of these: no call, no branch but the varint's own. After bytes that are no
// varint the position is null.
inline const char* read_varint(const char* at, const char* end, std::uint32_t& value) {
  std::uint32_t result = 0;
  for (int shift = 0; at != end && shift < 35; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    result |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (shift == 28 && byte > 0x0f) return nullptr;
    if (byte < 0x80) {
      value = result;
      return at;
    }
  }
  return nullptr;
}

const char* read_head(std::string_view bytes, PostingHead& head) {
  const char* const end = bytes.data() + bytes.size();
  const char* at = read_varint(bytes.data(), end, head.postings);
  if (at != nullptr) at = read_varint(at, end, head.count_max);
  if (at != nullptr) at = read_varint(at, end, head.length_min);
  const bool sound = at != nullptr && head.postings <= passages_per_chunk &&
                     head.postings * 3 <= static_cast<std::size_t>(end - at);
  return sound ? at : nullptr;
}

}  // namespace

std::optional<PostingHead> decode_head(std::string_view bytes) {
  PostingHead head;
  if (read_head(bytes, head) == nullptr) return std::nullopt;
  return head;
}

bool decode(std::string_view bytes, std::vector<Posting>& postings) {
  PostingHead head;
  const char* at = read_head(bytes, head);
  if (at == nullptr) return false;
  const char* const end = bytes.data() + bytes.size();
  std::uint64_t passage = 0;
  for (std::uint32_t i = 0; i < head.postings; ++i) {
    std::uint32_t distance = 0;
    Posting posting;
    at = read_varint(at, end, distance);
    if (at != nullptr) at = read_varint(at, end, posting.count);
    if (at != nullptr) at = read_varint(at, end, posting.length);
    passage += distance;
    posting.passage = static_cast<std::uint32_t>(passage);
    if (at == nullptr || passage >= passages_per_chunk || (i > 0 && distance == 0) ||
        posting.count == 0 || posting.count > head.count_max ||
        posting.length < std::max(posting.count, head.length_min)) {
      return false;
    }
    postings.push_back(posting);
  }
  return at == end;
}

std::string posting_prefix(std::string_view term) {
  std::string prefix(term);
  prefix += '\0';
  return prefix;
}

std::string posting_key(std::string_view term, std::uint64_t chunk) {
  std::string key = posting_prefix(term);
  for (std::size_t byte = chunk_bytes; byte-- > 0;) key += static_cast<char>(chunk >> (8 * byte));
  return key;
}

std::optional<std::uint64_t> parse_chunk(std::string_view key, std::string_view prefix) {
  if (!key.starts_with(prefix) || key.size() != prefix.size() + chunk_bytes) return std::nullopt;
  std::uint64_t chunk = 0;
  for (char byte : key.substr(prefix.size())) chunk = chunk << 8 | static_cast<std::uint8_t>(byte);
  return chunk;
}

std::shared_ptr<rocksdb::MergeOperator> posting_merge_operator() {
  return std::make_shared<PostingMerge>();
}

}  // namespace seekd::cache
