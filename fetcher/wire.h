// What crosses between seekd and seekd-fetcher: HTTP/1.1 with JSON bodies over a unix socket (`curl
// --unix-socket` is the debugger). POST /fetch with a FetchRequest answers 200 with a FetchReply,
// whatever the verdict was; so do POST /download, /upstream and /notice (wire_download.h,
// wire_upstream.h, wire_notice.h), with the first line alone, and POST /search (wire_search.h) with
// a second of its own; GET /status and POST /selftest answer what they say; a malformed request
// gets a 400.
//
// A FetchReply is one line of JSON, or two. The first is the broker's own: verdict, URLs, status,
// times. The second is there when there is a page: what the worker says of the page's content,
// relayed unread. It stands on a line of its own, and has no field for a URL or a time, so that a
// worker that a hostile page has taken over can lie about that page alone.
//
// Pure conversions; any thread. Every length is bounded: a reply that breaks a bound is an error,
// not a page.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/egress.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t request_bytes_max = 16 * 1024;  // of POST /fetch
inline constexpr std::size_t validator_bytes_max = 1024;     // of an ETag or a Last-Modified
inline constexpr std::size_t field_bytes_max =
    8 * 1024;  // of any other header field or metadata text
inline constexpr std::size_t message_bytes_max = 1024;
inline constexpr std::size_t hops_max = 256;
inline constexpr std::chrono::seconds retry_after_max = std::chrono::hours(24);
inline constexpr std::size_t blocks_max = 100'000;
inline constexpr std::size_t links_max = 2'000;

struct FetchRequest {
  std::string url;
  std::optional<policy::Provenance> provenance;  // none is refused (no_provenance)
  std::string etag;  // validators of the stored page, "" when there are none
  std::string last_modified;
  std::string validated_url;  // the stored page's final_url: validators are sent to that URL alone;
                              // "" means `url`
  std::string trace_id = {};  // policy/trace_context.h; for the log, "" for none

  bool operator==(const FetchRequest&) const = default;
};

enum class FetchOutcome : std::uint8_t {
  page,          // `page` is there
  not_modified,  // 304: `page` carries url, times and headers, no blocks
  delivered,     // of POST /download and /upstream: it has gone into the pipe, whole; of /notice:
                 // the receiver has it
  answered,      // of POST /search: what was read in the answer is on the second line
  refused,       // a check said no; nothing, or nothing more, was fetched
  failed,        // the web did not give a usable page
};
std::string_view to_string(FetchOutcome outcome);

struct FetchReply {
  FetchOutcome outcome = FetchOutcome::failed;
  policy::EgressReason reason =
      policy::EgressReason::internal;   // allowed for page and not_modified
  std::string message;                  // one sentence, "" for page and not_modified
  int http_status = 0;                  // of the last response, 0 when there was none
  std::vector<std::string> hops;        // URLs asked in order, redirects included
  std::uint64_t wire_bytes = 0;         // transferred for this request
  std::chrono::seconds retry_after{0};  // the server asked for no request before; 0: it did not
  std::optional<FetchedPage> page;      // its url and final_url are the first and the last hop

  bool operator==(const FetchReply&) const = default;
};

// Errors: invalid_argument (names the field), too_large.
std::string to_json(const FetchRequest& request);
Result<FetchRequest> parse_fetch_request(std::string_view json);
std::string to_json(const FetchReply& reply);
Result<FetchReply> parse_fetch_reply(std::string_view lines);

// The two lines by themselves: a worker writes the second, the broker the first.
std::string content_line(const FetchedPage& page);
std::string verdict_line(const FetchReply& reply);
// The first, without the times of a page.
Result<FetchReply> parse_verdict(std::string_view line);

}  // namespace seekd::fetcher
