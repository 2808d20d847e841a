// What crosses between the broker and one worker over their socket pair: one job there, one reply
// back, then the end.
//
// Binary, every text with its length in front, so that the broker's side of the reader is small
// enough to be seen through: the worker at the other end may be in the hands of the page it parses.
// A decoder takes the whole message, and refuses it when a length, an enum or the number of bytes
// is not what it has to be. Pure; any thread. Errors: corrupt, too_large.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/egress.h"
#include "policy/result.h"
#include "policy/robots.h"
#include "policy/search_provider.h"
#include "policy/url.h"
#include "policy/webhook.h"

namespace seekd::fetcher {

inline constexpr std::size_t location_bytes_max = 4 * 1024;
// Rules, their lengths, and the fields before them.
inline constexpr std::size_t reply_head_bytes_max =
    policy::robots_bytes_max * 3 + policy::robots_rules_max * 8 + 16 * 1024;

inline constexpr std::size_t job_text_bytes_max = 256;  // of what configures a job
inline constexpr std::size_t proxy_credential_bytes_max = 512;
// A file that comes slower for fetcher.stall_timeout is broken off.
inline constexpr std::uint64_t file_bytes_per_second_min = 4096;
inline constexpr std::size_t pem_bytes_max = 4 * 1024;
inline constexpr std::size_t secret_field_bytes_max = 1024;
inline constexpr std::size_t notice_fields_max = 8;

enum class JobKind : std::uint8_t {
  page,
  robots,
  self_test,   // no connection: what the worker must not be able to do is tried, and told as a page
  tunnel,      // CONNECT, of the proxy that the connection leads to
  tls_server,  // of a self-test: the connection is served with the certificate in `pem`
  file,        // of a model: its bytes go into the pipe that came beside the connection
  listing,     // of a model's files: read, and into the pipe as one line (wire_download.h)
  search,      // a search provider's answer, whatever its status
  description,  // an OpenSearch description: which template its results have
  chat,    // POST of an upstream, its body in a memfd: what comes goes into the pipe, line by line
  models,  // GET of an upstream: which models it has, likewise
  notice,  // `body` is posted; of the answer its status alone is looked at
};

constexpr bool is_search(JobKind kind) {
  return kind == JobKind::search || kind == JobKind::description;
}

constexpr bool is_upstream(JobKind kind) {
  return kind == JobKind::chat || kind == JobKind::models;
}

struct WorkerJob {
  JobKind kind = JobKind::page;
  policy::Url url;
  std::string etag;  // validators to send, "" for none
  std::string last_modified;
  std::uint32_t time_ms_max = 0;  // what is left of the request's time
  // What the policy says of the site, or the defaults of [fetcher].
  std::string user_agent;
  std::string proxy;             // "10.0.0.5:3128": whom a tunnel's connection leads to
  std::string proxy_credential;  // "USER:PASSWORD" for it, "" for none; of a tunnel alone
  std::uint64_t wire_bytes_max = 0;
  std::uint64_t decoded_bytes_max = 0;
  std::vector<std::string> content_types;  // empty: all that can be read
  // Of a file alone: its bytes from `offset` on, and how many it has in all.
  std::uint64_t offset = 0;
  std::uint64_t file_bytes = 0;
  std::uint32_t stall_s_max = 0;  // of an upstream, too
  std::uint64_t body_bytes = 0;   // of a chat: of what is sent
  // Of a search and a description.
  policy::SearchKind dialect = policy::SearchKind::searxng;
  std::uint32_t results_max = 0;
  policy::ResultPlaces places;
  std::string secret_field;  // a header field with a provider's or an upstream's key, "" for none
  // Of a notice alone.
  std::string body;                 // JSON
  std::vector<std::string> fields;  // header fields of its own
  // Of a self-test alone: what a server shows, or whom a page's worker trusts beside its roots.
  std::string pem;

  bool operator==(const WorkerJob&) const = default;
};

enum class WorkerReplyKind : std::uint8_t {
  page,          // `content` is its content line (wire.h)
  not_modified,  // 304; `content` carries the headers
  redirect,      // `location` is what the server wrote, not judged
  robots,        // `rules`
  tunnel,        // the proxy leads the connection to the host now
  delivered,     // what was wanted has gone into the pipe, whole
  search,        // `content` is a SearchContent's line (wire_search.h)
  description,   // `location` is the template, not judged
  failed,        // `reason` and `message` say why
};

struct WorkerReply {
  WorkerReplyKind kind = WorkerReplyKind::failed;
  policy::EgressReason reason = policy::EgressReason::internal;  // of `failed`
  std::uint16_t http_status = 0;                                 // 0: there was no response
  std::uint64_t wire_bytes = 0;
  std::chrono::seconds retry_after{0};  // what the server asked for, at most retry_after_max
  std::string message;
  std::string location;
  policy::RobotsRules rules;
  std::string content;

  bool operator==(const WorkerReply&) const = default;
};

std::string encode(const WorkerJob& job);
Result<WorkerJob> decode_job(std::string_view bytes);
std::string encode(const WorkerReply& reply);
Result<WorkerReply> decode_reply(std::string_view bytes, std::size_t content_bytes_max);

}  // namespace seekd::fetcher
