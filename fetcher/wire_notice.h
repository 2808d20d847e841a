// What crosses between seekd and seekd-fetcher when a webhook is told something: POST /notice with
// a NoticeRequest, which names a table [[egress.webhook]] and what is to be posted; no URL and no
// key. The broker makes the URL of its own configuration, signs the body, and answers 200 with the
// verdict line of a FetchReply (wire.h): `delivered` where the receiver said 2xx. Nothing of what
// it says beside its status crosses.
//
// Pure conversions; any thread. Errors: invalid_argument (names the field), too_large.
#pragma once

#include <string>
#include <string_view>

#include "policy/result.h"
#include "policy/webhook.h"

namespace seekd::fetcher {

inline constexpr std::size_t notice_id_bytes_max = 64;

struct NoticeRequest {
  std::string webhook;        // its name
  std::string id;             // the same however often it is sent; letters, digits, '-' and '_'
  std::string body;           // JSON, of at most policy::notice_bytes_max bytes
  std::string trace_id = {};  // as FetchRequest's

  bool operator==(const NoticeRequest&) const = default;
};

// Of a request: every byte of its body may be escaped.
inline constexpr std::size_t notice_request_bytes_max = 6 * policy::notice_bytes_max + 4096;

std::string to_json(const NoticeRequest& request);
Result<NoticeRequest> parse_notice_request(std::string_view json);

}  // namespace seekd::fetcher
