// DaemonConnection: one request after another to seekd's unix socket, HTTP/1.1 with JSON bodies.
//
// Blocking; one thread. No exception leaves it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/object.hpp>

#include "policy/result.h"

namespace seekd::ctl {

class DaemonConnection {
 public:
  // Nothing is connected to before the first request.
  // `key`: an API key, "" to be known by the account.
  explicit DaemonConnection(std::filesystem::path socket, std::string key = "");

  // The reply's JSON object. Errors: unavailable (no seekd there, or it broke off), io; what seekd
  // itself refuses with its own message: not_found (404), busy (429, 503), invalid_argument (other
  // 4xx), internal (5xx).
  Result<boost::json::object> get(const std::string& target) const;
  Result<boost::json::object> post(const std::string& target,
                                   const boost::json::object& body) const;
  // `body` is JSON already.
  Result<boost::json::object> post_text(const std::string& target, const std::string& body) const;

  // Server-sent events: `on_bytes` gets the reply's body as it arrives, and ends the reading with
  // an error of its own. Errors: as above; those of `on_bytes`.
  Status stream(const std::string& target, const boost::json::object& body,
                const std::function<Status(std::string_view)>& on_bytes) const;

 private:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  Request request(boost::beast::http::verb verb, const std::string& target, std::string body) const;

  std::filesystem::path socket_;
  std::string key_;
};

// A value of a query string, percent-encoded (RFC 3986 §2.1).
std::string query_value(std::string_view text);

}  // namespace seekd::ctl
