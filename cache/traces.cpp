#include "cache/traces.h"

#include <algorithm>
#include <optional>

#include "cache/index/posting_list.h"
#include "cache/page_record.h"
#include "cache/record.h"

namespace seekd::cache {
namespace {

std::optional<ContentHash> hash_at(std::string_view bytes, std::size_t position) {
  ContentHash hash;
  if (bytes.size() < position + hash.bytes.size()) return std::nullopt;
  std::ranges::copy(bytes.substr(position, hash.bytes.size()), hash.bytes.begin());
  return hash;
}

}  // namespace

Status Traces::search(const ReadView& view) {
  for (std::size_t i = 0; i < family_count; ++i) {
    const auto family = static_cast<Family>(i);
    Status read = view.for_each(family, "", [&](std::string_view key, std::string_view value) {
      ++searched_;
      if (names_it(family, key, value)) ++found_;
      return true;
    });
    if (!read) return read;
  }
  return {};
}

bool Traces::names_it(Family family, std::string_view key, std::string_view value) const {
  const auto is_page = [this](const std::optional<ContentHash>& hash) {
    return hash && pages_.contains(*hash);
  };
  PageRecord page;
  PassageRecord passage;
  switch (family) {
    case Family::pages:
      return is_page(hash_at(key, 0)) ||
             (decode(value, page) && match_.matches(page.url, page.final_url));
    case Family::holdings:
    case Family::versions:
      return is_page(hash_at(key, 0));
    case Family::blocks: {
      const auto block = hash_at(key, 0);
      return block && blocks_.contains(*block);
    }
    case Family::passages:
      return decode(value, passage) && pages_.contains(passage.page);
    case Family::vectors: {
      const auto number = parse_passage_key(key);
      return number && passages_.contains(*number);
    }
    case Family::terms:
      return names_passage(key, value);
    case Family::expiry:
      return is_page(hash_at(key, 8));
    case Family::schedule:  // what a person wants watched, and no page
    case Family::meta:
      return false;  // counters, and filters made anew from the keys that are left
  }
  return false;
}

bool Traces::names_passage(std::string_view key, std::string_view value) const {
  const auto parsed = parse_posting_key(key);
  std::vector<Posting> postings;
  if (!parsed || !decode(value, postings)) return false;
  return std::ranges::any_of(postings, [&](const Posting& posting) {
    return passages_.contains(parsed->chunk * passages_per_chunk + posting.passage);
  });
}

}  // namespace seekd::cache
