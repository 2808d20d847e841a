// Verify: does everything in the cache agree with everything else?
//
// It trusts no counter and no count of references: it adds up what the pages need and compares that
// with what is there. Memory: some 40 bytes a block and a passage. Any thread, over one view.

#pragma once

#include "cache/database.h"
#include "cache/reports.h"
#include "cache/seen_filters.h"
#include "policy/result.h"

namespace seekd::cache {

// Contradictions are findings, not errors. Errors: io (nothing can be read any more).
Result<VerifyReport> verify(Database& database, const SeenFilters& filters, TimePoint now);

}  // namespace seekd::cache
