// DaemonConnection: requests to seekd, through its unix socket or to its URL, HTTP/1.1 with JSON
// bodies. Each has a connection of its own.
//
// Blocking. Constant: several threads may ask at once. No exception leaves it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/object.hpp>

#include "ctl/daemon_address.h"
#include "policy/result.h"

namespace seekd::ctl {

class DaemonConnection {
 public:
  // Nothing is connected to before the first request.
  // `key`: an API key, "" to be known by the account or the certificate.
  explicit DaemonConnection(DaemonAddress where, std::string key = "");
  explicit DaemonConnection(std::filesystem::path socket);

  // The reply's JSON object. Errors: unavailable (no seekd there, or it broke off), io;
  // invalid_argument (a certificate that is not accepted, on either side); what seekd itself
  // refuses with its own message: not_found (404), busy (429, 503), invalid_argument (other 4xx),
  // internal (5xx).
  Result<boost::json::object> get(const std::string& target) const;
  Result<boost::json::object> post(const std::string& target,
                                   const boost::json::object& body) const;
  // `body` is JSON already.
  Result<boost::json::object> post_text(const std::string& target, const std::string& body) const;

  // Server-sent events: `on_bytes` gets the reply's body as it arrives, and ends the reading with
  // an error of its own. Errors: as above; those of `on_bytes`.
  Status stream(const std::string& target, const boost::json::object& body,
                const std::function<Status(std::string_view)>& on_bytes) const;

  struct Call {
    boost::beast::http::verb verb = boost::beast::http::verb::post;
    std::string target;
    std::string body;                                          // JSON
    std::vector<std::pair<std::string, std::string>> headers;  // beside the usual ones
    std::function<void()> on_sent;  // when all of it was written, before a reply; may be empty
  };
  using ReplyHead = boost::beast::http::response_header<>;

  // Any reply, whatever its status: `on_head` once, then `on_bytes` as the body arrives. Errors: as
  // of get(), but for what seekd refuses; those of `on_bytes`, which end the reading.
  Status converse(const Call& call, const std::function<void(const ReplyHead&)>& on_head,
                  const std::function<Status(std::string_view)>& on_bytes) const;

 private:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  Request request(const Call& call) const;
  Result<boost::json::object> ask(const Call& call) const;

  DaemonAddress where_;
  std::string key_;
};

// What a reply that is no success says, with what the asker can do about it.
Error error_of_reply(unsigned status, const std::string& body);

// A value of a query string, percent-encoded (RFC 3986 §2.1).
std::string query_value(std::string_view text);

}  // namespace seekd::ctl
