// Which sources a question's dates let in.
//
// Pure; any thread. Days are compared: pages tell days. A page that does not say when it was
// published, or last said something new, is let in by no filter that asks for that.

#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "daemon/answer/answer.h"
#include "policy/passages.h"

namespace seekd::daemon {

struct DateFilter {
  // Both days are let in.
  struct Range {
    std::optional<std::chrono::sys_days> first;
    std::optional<std::chrono::sys_days> last;

    bool is_open() const { return !first && !last; }
  };
  Range published;
  Range updated;                                // modified, else published
  std::optional<std::chrono::seconds> recency;  // updated so long ago at most

  bool lets_all_in() const { return published.is_open() && updated.is_open() && !recency; }
};

// Takes out the passages of pages that are not let in. One notice for each page, in their order.
std::vector<Notice> leave_out_by_date(std::vector<Passage>& passages, const DateFilter& filter,
                                      TimePoint now);

}  // namespace seekd::daemon
