// Admission: may a page be stored, how long is it fresh, how long does it live?
//
// What the server's headers say (RFC 9111, policy/http_freshness.h) and what was learned of the
// page, within the bounds that its site's configuration puts. Pure functions, any thread.

#pragma once

#include <cstdint>
#include <string_view>

#include "cache/page_record.h"
#include "config/config.h"
#include "policy/keeping.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::cache {

inline constexpr std::uint64_t page_bytes_max =
    64 << 20;  // text, links and entries; a fetcher's reply is far below

// What holds for a page that was asked for as `url` and came from `final_url`: what is said of the
// site that sent it.
policy::Keeping keeping_of(const config::CacheConfig& config, std::string_view url,
                           std::string_view final_url);

// What the server said, as a record; the blocks and what follows from them, and from the version
// before, are still to come. Errors: invalid_argument (the headers forbid storing, the URL's
// length, expired already), too_large.
Result<PageRecord> admit_page(const FetchedPage& page, const policy::Keeping& keeping,
                              TimePoint now);

// Counts the visit that brought `record`, after those of the version before it, and says how long
// it is fresh. REQUIRES: `requested_at` is not after record.retrieved_at.
void count_visit(const policy::ChangeHistory& before, policy::Visit visit, TimePoint requested_at,
                 const policy::FreshnessBounds& bounds, PageRecord& record);

// RFC 9111 §4.3.4: is the 304 about what is stored? Not when the stored copy came after the request
// was sent, which therefore had another one's validators; nor when the 304 names another validator.
// A copy that came more than a minute after the 304 did was stored under a clock that was ahead,
// and not after it.
bool is_about(const CachingHeaders& not_modified, TimePoint requested_at, TimePoint received_at,
              const PageRecord& record);

// A 304: the record lives on from `received_at`, with its headers updated, and was visited once
// more without a change. REQUIRES: is_about().
void confirm_page(const CachingHeaders& not_modified, TimePoint requested_at, TimePoint received_at,
                  const policy::Keeping& keeping, PageRecord& record);

}  // namespace seekd::cache
