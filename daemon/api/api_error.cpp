#include "daemon/api/api_error.h"

#include <boost/json.hpp>

#include "policy/page_text_guard.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds retry_after{5};

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
    case ErrorCode::unsupported:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::unavailable:
    case ErrorCode::busy:
      return 503;
    case ErrorCode::timeout:
      return 504;
    case ErrorCode::cancelled:
      return 499;  // as nginx logs a client that has gone; nobody is there to read it
    case ErrorCode::corrupt:
    case ErrorCode::version_mismatch:
    case ErrorCode::io:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

}  // namespace

ApiError to_api_error(const Error& error) {
  ApiError out{status_of(error.code), std::string(to_string(error.code)), error.message, "",
               std::nullopt};
  if (out.status == 503) out.retry_after = retry_after;
  return out;
}

HttpResponse to_response(const ApiError& error) {
  // A message may repeat what a caller wrote, and JSON is UTF-8.
  json::object body{{"message", policy::visible_text(error.message)},
                    {"type", error.status < 500 ? "invalid_request_error" : "server_error"},
                    {"param", nullptr},
                    {"code", error.code}};
  if (!error.param.empty()) body["param"] = policy::visible_text(error.param);
  HttpResponse response;
  response.status = error.status;
  response.body = json::serialize(json::object{{"error", std::move(body)}});
  response.retry_after = error.retry_after;
  return response;
}

}  // namespace seekd::daemon
