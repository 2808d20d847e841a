// What crosses between seekd and seekd-fetcher: HTTP/1.1 with JSON bodies over a unix socket (`curl --unix-socket` is the
// debugger). POST /fetch with a FetchRequest answers 200 with a FetchReply, whatever the verdict was; GET /status answers
// counters; a malformed request is answered 400 with {"error": …}.
//
// Pure conversions; any thread. Every length is bounded: a reply that breaks a bound is an error, not a page.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/egress.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::fetcher {

struct FetchRequest {
  std::string url;
  policy::Provenance provenance = policy::Provenance::user;
  std::string etag;           // validators of the stored page, "" when there are none
  std::string last_modified;

  bool operator==(const FetchRequest&) const = default;
};

enum class FetchOutcome : std::uint8_t {
  page,          // `page` is there
  not_modified,  // 304: `page` carries url, times and headers, no blocks
  refused,       // a check said no; nothing, or nothing more, was fetched
  failed,        // the web did not give a usable page
};
std::string_view to_string(FetchOutcome outcome);

struct FetchReply {
  FetchOutcome outcome = FetchOutcome::failed;
  policy::EgressReason reason = policy::EgressReason::internal;  // allowed for page and not_modified
  std::string message;                // one sentence, "" for page and not_modified
  int http_status = 0;                // of the last response, 0 when there was none
  std::vector<std::string> hops;      // URLs asked in order, redirects included
  std::uint64_t wire_bytes = 0;       // transferred for this request
  std::optional<FetchedPage> page;
};

// Errors: invalid_argument (names the field), too_large.
std::string to_json(const FetchRequest& request);
Result<FetchRequest> parse_fetch_request(std::string_view json);
std::string to_json(const FetchReply& reply);
Result<FetchReply> parse_fetch_reply(std::string_view json);

}  // namespace seekd::fetcher
