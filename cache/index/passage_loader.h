// PassageLoader: ranked passages as what callers get.
//
// Each page is read once, and the pages of many passages in one go. Reads one view; one thread.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cache/database.h"
#include "cache/index/lexical_index.h"
#include "cache/index/phrase_filter.h"
#include "cache/page_cache.h"
#include "cache/page_record.h"
#include "policy/result.h"

namespace seekd::cache {

bool asks_for(const SearchQuery& query, std::string_view collection);

// May pages of this host, or collection, be found? `host`: as host_of() says.
bool host_allowed(const SearchQuery& query, std::string_view host);

struct FoundPassage {
  Passage passage;
  std::string canonical_url;  // that its page names, of the same site; "" for none
};

class PassageLoader {
 public:
  // REQUIRES: all of it outlives this.
  PassageLoader(const ReadView& view, const SearchQuery& query, const PhraseFilter& phrases,
                TimePoint now)
      : view_(view), query_(query), phrases_(phrases), now_(now) {}

  // Reads where these passages are, all in one go. Errors: corrupt, io.
  Status prepare(const std::vector<RankedPassage>& ranked);

  // nullopt when it is not in this view, or its page has expired, is older than asked for or was
  // redirected to a host that is not asked for, or it lacks a phrase. Errors: corrupt, io.
  // REQUIRES: prepare() had it.
  Result<std::optional<FoundPassage>> load(const RankedPassage& ranked);

 private:
  Result<std::vector<std::string>> find_pages(const std::vector<std::string>& passage_keys);
  Status read_pages(const std::vector<std::string>& keys);
  Result<Passage> cut(const PageRecord& page, const PassageRef& ref, double score) const;

  const ReadView& view_;
  const SearchQuery& query_;
  const PhraseFilter& phrases_;
  const TimePoint now_;
  std::unordered_map<std::uint64_t, ContentHash> page_keys_;  // by passage
  std::map<ContentHash, std::optional<PageRecord>> pages_;
};

}  // namespace seekd::cache
