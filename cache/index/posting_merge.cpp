#include "cache/index/posting_merge.h"

#include <algorithm>
#include <deque>
#include <optional>

#include <rocksdb/compaction_filter.h>
#include <rocksdb/merge_operator.h>

#include "cache/codec.h"

namespace seekd::cache {
namespace {

// Walks through a list with the removals beside it.
class Removal {
 public:
  Removal(std::vector<std::uint16_t> passages, PostingListBuilder& result)
      : passages_(std::move(passages)), result_(result) {
    std::ranges::sort(passages_);
  }

  bool copy(const PostingList& list) {
    int before = -1;
    std::string_view packed = list.packed();
    for (std::size_t i = 0; i < list.blocks(); ++i) {
      const BlockHead head = list.head(i);
      if (head.is_open()) return copy_open(list.open(), head, before);
      if (!copy_block(packed, head, before)) return false;
      packed.remove_prefix(head.bytes());
      before = head.last;
    }
    return true;
  }

 private:
  bool copy_block(std::string_view bytes, const BlockHead& head, int before) {
    if (!is_hit(head)) return result_.append_block(head, bytes, before);
    DecodedBlock block;
    if (!decode_block(bytes, head, before, block)) return false;
    std::vector<Posting> rest;
    for (std::size_t i = 0; i < block.size; ++i) {
      if (!is_removed(block.passages[i])) rest.push_back({block.passages[i], block.counts[i]});
    }
    if (!rest.empty()) result_.append_rest(rest, head.length_min);
    return true;
  }

  bool copy_open(std::string_view bytes, const BlockHead& head, int before) {
    std::vector<NewPosting> open;
    if (!decode_open(bytes, head, before, open)) return false;
    return std::ranges::all_of(open, [this](const NewPosting& posting) {
      return is_removed(posting.passage) || result_.append(posting);
    });
  }

  // May a removal be in this block? It is not before the blocks that were passed.
  bool is_hit(const BlockHead& head) const {
    return next_ < passages_.size() && passages_[next_] <= head.last;
  }

  // REQUIRES: asked in the order of the passages.
  bool is_removed(std::uint16_t passage) {
    while (next_ < passages_.size() && passages_[next_] < passage) ++next_;
    return next_ < passages_.size() && passages_[next_] == passage;
  }

  std::vector<std::uint16_t> passages_;
  std::size_t next_ = 0;
  PostingListBuilder& result_;
};

class PostingMerge : public rocksdb::MergeOperator {
 public:
  const char* Name() const override { return "seekd.PostingMerge"; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    PostingEdit whole;
    for (const rocksdb::Slice& operand : in.operand_list) {
      PostingEdit edit;
      if (!decode(operand.ToStringView(), edit)) return false;
      whole.append(edit);
    }
    const std::string_view list =
        in.existing_value == nullptr ? std::string_view() : in.existing_value->ToStringView();
    return apply(whole, list, out->new_value);
  }

  bool PartialMergeMulti(const rocksdb::Slice& /*key*/, const std::deque<rocksdb::Slice>& operands,
                         std::string* merged, rocksdb::Logger* /*logger*/) const override {
    PostingEdit whole;
    for (const rocksdb::Slice& operand : operands) {
      PostingEdit edit;
      if (!decode(operand.ToStringView(), edit)) return false;
      whole.append(edit);
    }
    *merged = encode(whole);
    return true;
  }
};

class EmptyListFilter : public rocksdb::CompactionFilter {
 public:
  const char* Name() const override { return "seekd.EmptyListFilter"; }

  bool Filter(int /*level*/, const rocksdb::Slice& /*key*/, const rocksdb::Slice& value,
              std::string* /*new_value*/, bool* /*value_changed*/) const override {
    return value.empty();
  }
};

class EmptyListFilters : public rocksdb::CompactionFilterFactory {
 public:
  const char* Name() const override { return "seekd.EmptyListFilters"; }

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<EmptyListFilter>();
  }
};

}  // namespace

void PostingEdit::append(const PostingEdit& later) {
  for (const std::uint16_t passage : later.removed) {
    const auto found = std::ranges::lower_bound(added, passage, {}, &NewPosting::passage);
    if (found != added.end() && found->passage == passage) added.erase(found);
  }
  removed.insert(removed.end(), later.removed.begin(), later.removed.end());
  added.insert(added.end(), later.added.begin(), later.added.end());
}

std::string encode(const PostingEdit& edit) {
  ByteWriter writer;
  writer.varint(edit.removed.size());
  for (const std::uint16_t passage : edit.removed) writer.varint(passage);
  writer.varint(edit.added.size());
  for (const NewPosting& posting : edit.added) {
    writer.varint(posting.passage);
    writer.varint(posting.count);
    writer.varint(posting.length);
  }
  return writer.take();
}

bool decode(std::string_view bytes, PostingEdit& edit) {
  ByteReader reader(bytes);
  const auto number = [&reader] {
    const std::uint32_t value = reader.varint32();
    if (value > count_max) reader.reject();
    return static_cast<std::uint16_t>(value);
  };
  edit.removed.resize(reader.count(1));
  for (std::uint16_t& passage : edit.removed) passage = number();
  edit.added.resize(reader.count(3));
  for (NewPosting& posting : edit.added) {
    posting.passage = number();
    posting.count = number();
    posting.length = number();
    if (posting.count == 0 || posting.length == 0) reader.reject();
  }
  return reader.finished();
}

bool apply(const PostingEdit& edit, std::string_view list, std::string& result) {
  const std::optional<PostingList> stored = PostingList::read(list);
  if (!stored) return false;
  PostingListBuilder builder;
  if (!Removal(edit.removed, builder).copy(*stored)) return false;
  for (const NewPosting& posting : edit.added) {
    if (!builder.append(posting)) return false;
  }
  result = builder.finish();
  return true;
}

std::shared_ptr<rocksdb::MergeOperator> posting_merge_operator() {
  return std::make_shared<PostingMerge>();
}

std::shared_ptr<rocksdb::CompactionFilterFactory> empty_posting_list_filters() {
  return std::make_shared<EmptyListFilters>();
}

}  // namespace seekd::cache
