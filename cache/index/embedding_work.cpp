#include "cache/index/embedding_work.h"

#include <algorithm>
#include <utility>

#include "cache/families.h"
#include "cache/index/passage_changes.h"
#include "cache/page_reader.h"
#include "cache/record.h"

namespace seekd::cache {
namespace {

// Every VectorRecord with its passage, in key order.
template <class Visit>
Status for_each_vector(const ReadView& view, Visit visit) {
  std::string damaged_key;
  Status read =
      view.for_each(Family::vectors, "", [&](std::string_view key, std::string_view value) {
        const std::optional<std::uint64_t> passage = parse_passage_key(key);
        VectorRecord record;
        if (passage && decode(value, record) && visit(*passage, std::move(record))) return true;
        damaged_key = key;
        return false;
      });
  if (!read) return read;
  if (!damaged_key.empty()) return std::unexpected(view.damaged(Family::vectors, damaged_key));
  return {};
}

}  // namespace

Status adopt_embedder(Database& database, const Embedding& embedding) {
  const EmbedderRecord ours{.fingerprint = embedding.fingerprint, .dimension = embedding.dimension};
  const ReadView view(database);
  Result<std::optional<EmbedderRecord>> stored =
      view.load<EmbedderRecord>(Family::meta, embedder_key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (*stored == ours) return {};
  WriteSet changes(database);
  changes.put(Family::meta, embedder_key, encode(ours));
  Status emptied = for_each_vector(view, [&](std::uint64_t passage, const VectorRecord& record) {
    if (!record.waits()) {
      const VectorRecord waiting{.host = record.host, .scale = 0.0F, .values = {}};
      changes.put(Family::vectors, passage_key(passage), encode(waiting));
    }
    return true;
  });
  if (!emptied) return emptied;
  return database.write(changes, Durability::synced);
}

Status load_vectors(const ReadView& view, const Embedding* embedding, VectorIndex& index) {
  return for_each_vector(view, [&](std::uint64_t passage, const VectorRecord& record) {
    const bool fits =
        embedding == nullptr || record.waits() || record.values.size() == embedding->dimension;
    if (fits) index.put(passage, record);
    return fits;
  });
}

// An expired page counts as long as it is there: until it is purged, its passages would come up
// again and again.
Result<std::optional<std::string>> text_to_embed(const ReadView& view, std::uint64_t passage) {
  Result<std::optional<PassageRecord>> record =
      view.load<PassageRecord>(Family::passages, passage_key(passage));
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return std::nullopt;
  Result<std::optional<PageRecord>> page =
      view.load<PageRecord>(Family::pages, (*record)->page.view());
  if (!page) return std::unexpected(std::move(page.error()));
  if (!*page) return std::nullopt;
  const auto ref = std::ranges::find((*page)->passages, passage, &PassageRef::id);
  if (ref == (*page)->passages.end()) {
    return std::unexpected(view.damaged(Family::passages, passage_key(passage)));
  }
  Result<std::string> text = load_text(view, **page, ref->byte_begin, ref->byte_end);
  if (!text) return std::unexpected(std::move(text.error()));
  std::string whole(indexed_title(**page));
  for (const std::string& part : {ref->heading_path, *text}) {
    if (!whole.empty() && !part.empty()) whole += '\n';
    whole += part;
  }
  return whole;
}

}  // namespace seekd::cache
