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
  writer.varint(postings.size());
  std::uint32_t previous = 0;
  for (const Posting& posting : postings) {
    writer.varint(posting.passage - previous);
    writer.varint(posting.count);
    writer.varint(posting.length);
    previous = posting.passage;
  }
  return writer.take();
}

bool decode(std::string_view bytes, std::vector<Posting>& postings) {
  ByteReader reader(bytes);
  const std::size_t count = reader.count(3);
  std::uint64_t passage = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t distance = reader.varint32();
    passage += distance;
    Posting posting{.passage = static_cast<std::uint32_t>(passage),
                    .count = reader.varint32(),
                    .length = reader.varint32()};
    if (reader.failed() || passage >= passages_per_chunk || (i > 0 && distance == 0) ||
        posting.count == 0 || posting.length < posting.count) {
      return false;
    }
    postings.push_back(posting);
  }
  return reader.finished();
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
