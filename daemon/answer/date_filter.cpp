#include "daemon/answer/date_filter.h"

#include <algorithm>
#include <string>

#include "policy/page_date.h"

namespace seekd::daemon {
namespace {

using Day = std::optional<std::chrono::sys_days>;

bool lets_in(const DateFilter::Range& range, const Day& day) {
  if (range.is_open()) return true;
  return day && (!range.first || *day >= *range.first) && (!range.last || *day <= *range.last);
}

bool lets_in(const DateFilter& filter, const Passage& passage, TimePoint now) {
  const Day updated = policy::day_of_page(passage.published, passage.modified);
  if (!lets_in(filter.published, policy::day_of(passage.published))) return false;
  if (!lets_in(filter.updated, updated)) return false;
  if (!filter.recency) return true;
  return updated && *updated >= std::chrono::floor<std::chrono::days>(now - *filter.recency);
}

Notice date_notice(const Passage& passage) {
  std::string says;
  if (!passage.published.empty()) says = "published " + passage.published;
  if (!passage.modified.empty()) {
    says += (says.empty() ? "modified " : ", modified ") + passage.modified;
  }
  if (says.empty()) says = "it does not say of when it is";
  return {"date_filtered", passage.url, "the question's date filters leave it out: " + says};
}

}  // namespace

std::vector<Notice> leave_out_by_date(std::vector<Passage>& passages, const DateFilter& filter,
                                      TimePoint now) {
  std::vector<Notice> notices;
  if (filter.lets_all_in()) return notices;
  std::erase_if(passages, [&](const Passage& passage) {
    if (lets_in(filter, passage, now)) return false;
    if (std::ranges::find(notices, passage.url, &Notice::url) == notices.end()) {
      notices.push_back(date_notice(passage));
    }
    return true;
  });
  return notices;
}

}  // namespace seekd::daemon
