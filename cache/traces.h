// Traces: does anything in the cache still name a page that was forgotten?
//
// It is told what a page consisted of as it goes, and then looks through every record of every
// family: the records that could name it by its key, by its passages' numbers, and by its URL in
// their bytes. One thread at a time.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "cache/content_hash.h"
#include "cache/database.h"
#include "cache/page_match.h"
#include "policy/result.h"

namespace seekd::cache {

class Traces {
 public:
  explicit Traces(const PageMatch& match) : match_(match) {}

  void add_page(const ContentHash& key) { pages_.insert(key); }
  void add_block(const ContentHash& id) { blocks_.insert(id); }
  void add_passage(std::uint64_t passage) { passages_.insert(passage); }

  // Errors: corrupt, io.
  Status search(const ReadView& view);

  std::uint64_t searched() const { return searched_; }
  std::uint64_t found() const { return found_; }

 private:
  bool names_it(Family family, std::string_view key, std::string_view value) const;
  bool names_passage(std::string_view key, std::string_view postings) const;

  const PageMatch match_;
  std::unordered_set<ContentHash, ContentHashHasher> pages_;
  std::unordered_set<ContentHash, ContentHashHasher> blocks_;  // that went with them
  std::unordered_set<std::uint64_t> passages_;
  std::uint64_t searched_ = 0;
  std::uint64_t found_ = 0;
};

}  // namespace seekd::cache
