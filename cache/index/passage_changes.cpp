#include "cache/index/passage_changes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "cache/families.h"
#include "policy/collection.h"
#include "policy/utf8.h"

namespace seekd::cache {
namespace {

constexpr std::size_t language_bytes_max = 4096;  // of a page's text, to tell its language by

}  // namespace

std::string_view indexed_title(const PageRecord& page) {
  return policy::first_bytes(page.metadata.title, title_bytes_indexed_max);
}

std::string_view host_of(std::string_view address) {
  std::string_view url = address;
  if (policy::collection_of(url) != policy::web_collection) return url.substr(0, url.find('/'));
  const std::size_t scheme_end = url.find("://");
  if (scheme_end != url.npos) url.remove_prefix(scheme_end + 3);
  return url.substr(0, std::min(url.find_first_of(":/?#"), url.size()));
}

Result<std::vector<PassageRef>> PassageChanges::exchange(const std::vector<PassageRef>& before,
                                                         const PageRecord& page,
                                                         const std::vector<Block>& blocks) {
  std::unordered_multimap<ContentHash, std::uint64_t, ContentHashHasher> kept;
  for (const PassageRef& passage : before) kept.emplace(passage.fingerprint, passage.id);
  const std::string snapshot = snapshot_text(blocks);
  std::optional<Language> language;  // asked for when there is something to index
  std::vector<PassageRef> passages;
  for (PassageSpan& span : split_passages(blocks)) {
    const std::string_view text =
        std::string_view(snapshot).substr(span.byte_begin, span.byte_end - span.byte_begin);
    PassageRef& passage =
        passages.emplace_back(PassageRef{.id = 0,
                                         .fingerprint = {},
                                         .heading_path = std::move(span.heading_path),
                                         .byte_begin = span.byte_begin,
                                         .byte_end = span.byte_end});
    passage.fingerprint = hash_strings(
        std::array<std::string_view, 3>{indexed_title(page), passage.heading_path, text});
    if (auto known = kept.find(passage.fingerprint); known != kept.end()) {
      passage.id = known->second;
      kept.erase(known);
    } else {
      if (!language) language = language_of(page, snapshot);
      passage.id = add(page, *language, passage.heading_path, text);
    }
  }
  for (const auto& [fingerprint, passage] : kept) {
    if (Status removed = remove(passage); !removed) return std::unexpected(removed.error());
  }
  return passages;
}

Language PassageChanges::language_of(const PageRecord& page, std::string_view snapshot) {
  const std::string_view beginning = policy::first_bytes(snapshot, language_bytes_max);
  return detect_language(page.metadata.language, terms_.sequence(beginning));
}

std::uint64_t PassageChanges::add(const PageRecord& page, Language language,
                                  std::string_view heading_path, std::string_view text) {
  std::vector<std::string> terms;
  for (std::string_view part : {indexed_title(page), heading_path, text}) {
    std::ranges::move(terms_.read(part, language), std::back_inserter(terms));
  }
  PassageRecord record{.page = page_key(page.url),
                       .language = language,
                       .length = static_cast<std::uint32_t>(terms.size()),
                       .terms = {}};
  record.terms = count_terms(std::move(terms));
  const std::uint64_t passage = counters_.next_passage++;
  ++counters_.passages;
  counters_.terms += record.length;
  ++counters_.languages[static_cast<std::size_t>(language)];
  changes_.put(Family::passages, passage_key(passage), encode(record));
  VectorRecord vector{.host = std::string(host_of(page.url)), .scale = 0.0F, .values = {}};
  changes_.put(Family::vectors, passage_key(passage), encode(vector));
  added_.push_back({passage, record.length, std::move(vector)});
  postings_.add(passage, record);
  return passage;
}

Status PassageChanges::remove(std::uint64_t passage) {
  const std::string key = passage_key(passage);
  Result<std::optional<PassageRecord>> record = view_.load<PassageRecord>(Family::passages, key);
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return std::unexpected(view_.damaged(Family::passages, key));
  postings_.remove(passage, **record);
  changes_.erase(Family::passages, key);
  changes_.erase(Family::vectors, key);
  removed_.push_back(passage);
  --counters_.passages;
  counters_.terms -= (*record)->length;
  --counters_.languages[static_cast<std::size_t>((*record)->language)];
  return {};
}

}  // namespace seekd::cache
