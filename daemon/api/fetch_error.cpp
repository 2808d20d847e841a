#include "daemon/api/fetch_error.h"

#include <string>
#include <utility>

namespace seekd::daemon {
namespace {

using policy::EgressReason;

struct Class {
  int status;
  std::string_view code;
};

constexpr Class not_allowed{403, "url_not_allowed"};
constexpr Class not_accessible{502, "url_not_accessible"};
constexpr Class unsupported{415, "unsupported_content_type"};
constexpr Class too_many{429, "too_many_requests"};
constexpr Class unavailable{503, "unavailable"};

constexpr int http_too_many_requests = 429;

// The policy forbids it, or would whatever its server says.
bool is_forbidden(EgressReason reason) {
  switch (reason) {
    case EgressReason::url_invalid:
    case EgressReason::url_ambiguous:
    case EgressReason::userinfo:
    case EgressReason::url_too_long:
    case EgressReason::scheme_denied:
    case EgressReason::port_denied:
    case EgressReason::ip_literal:
    case EgressReason::host_invalid:
    case EgressReason::special_name:
    case EgressReason::host_denied:
    case EgressReason::host_not_allowed:
    case EgressReason::robots_denied:
    case EgressReason::address_denied:
    case EgressReason::redirect_downgrade:
      return true;
    default:
      return false;
  }
}

Class class_of(const fetcher::FetchReply& reply) {
  if (is_forbidden(reply.reason)) return not_allowed;
  switch (reply.reason) {
    case EgressReason::no_provenance:
      return {403, "url_not_in_prior_context"};
    case EgressReason::content_type_denied:
    case EgressReason::content_mismatch:
    case EgressReason::content_invalid:
      return unsupported;
    case EgressReason::rate_limited:
      return too_many;
    case EgressReason::http_error:
      return reply.http_status == http_too_many_requests ? too_many : not_accessible;
    case EgressReason::outside_hours:
    case EgressReason::proxy_unauthorized:
    case EgressReason::worker_failed:
    case EgressReason::internal:
      return unavailable;
    default:
      return not_accessible;  // its server, or the way to it
  }
}

}  // namespace

ApiError to_fetch_error(const fetcher::FetchReply& reply) {
  const Class of = class_of(reply);
  ApiError error{of.status, std::string(of.code),
                 std::string(to_string(reply.reason)) + ": " + reply.message, "url", std::nullopt};
  if (reply.retry_after.count() > 0) error.retry_after = reply.retry_after;
  return error;
}

ApiError to_fetch_error(const Error& error) {
  ApiError out = to_api_error(error);
  if (error.code == ErrorCode::unavailable || error.code == ErrorCode::busy) {
    out.code = unavailable.code;
  } else if (error.code == ErrorCode::timeout) {
    out.code = not_accessible.code;
  }
  return out;
}

}  // namespace seekd::daemon
