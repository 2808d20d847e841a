// PhraseFilter: do the phrases of a query stand in a passage, and what it excludes not?
//
// Looked up in the passage's own text: the index has no positions (docs/decisions/0017). Words are
// compared as they are written, folded and not stemmed; what stands between them does not count.
// One thread at a time.

#pragma once

#include <string>
#include <vector>

#include "cache/index/query.h"
#include "cache/index/terms.h"
#include "policy/passages.h"

namespace seekd::cache {

class PhraseFilter {
 public:
  // REQUIRES: `terms` outlives this.
  PhraseFilter(const WrittenQuery& query, TermReader& terms);

  bool lets_all_pass() const { return phrases_.empty() && excluded_.empty(); }

  // In the title, the headings or the text.
  bool accepts(const Passage& passage) const;

 private:
  TermReader& terms_;
  std::vector<std::string> phrases_;   // as TermReader::sequence() gives them
  std::vector<std::string> excluded_;  // likewise
};

}  // namespace seekd::cache
