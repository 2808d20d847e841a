// Admission: may a page be stored, how long is it fresh, how long does it live?
//
// What the server's headers say (RFC 9111, policy/http_freshness.h) within the bounds of the
// configuration. Pure functions, any thread.

#pragma once

#include <cstdint>

#include "cache/page_record.h"
#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::cache {

inline constexpr std::uint64_t page_bytes_max =
    64 << 20;  // text, links and entries; a fetcher's reply is far below

// What the server said, as a record; the blocks and what follows from them are still to come.
// Errors: invalid_argument (the headers forbid storing, the URL's length, expired already),
// too_large.
Result<PageRecord> admit_page(const FetchedPage& page, const config::CacheConfig& config,
                              TimePoint now);

// RFC 9111 §4.3.4: is the 304 about what is stored? Not when the stored copy came after the request
// was sent, which therefore had another one's validators; nor when the 304 names another validator.
bool is_about(const CachingHeaders& not_modified, TimePoint requested_at, const PageRecord& record);

// A 304: the record lives on from `received_at`, with its headers updated. REQUIRES: is_about().
void confirm_page(const CachingHeaders& not_modified, TimePoint requested_at, TimePoint received_at,
                  const config::CacheConfig& config, PageRecord& record);

}  // namespace seekd::cache
