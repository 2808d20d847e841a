#include "ctl/daemon_connection.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

namespace seekd::ctl {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using boost::system::error_code;

constexpr std::size_t reply_bytes_max = 64 << 20;

Error not_connected(const std::string& socket, const error_code& error) {
  if (error == asio::error::access_denied) {
    return {ErrorCode::unavailable,
            "seekd's socket '" + socket +
                "' may not be used by this account: join its group, or ask its owner"};
  }
  return {ErrorCode::unavailable,
          "no seekd behind the socket '" + socket + "' (" + error.message() +
              "): start it (systemctl start seekd), or name its socket with --socket"};
}

Error broken_off(const error_code& error) {
  return {ErrorCode::unavailable,
          "seekd broke the connection off (" + error.message() + "): see its log"};
}

ErrorCode code_of_status(unsigned status) {
  if (status == 404) return ErrorCode::not_found;
  if (status == 429 || status == 503) return ErrorCode::busy;
  return status < 500 ? ErrorCode::invalid_argument : ErrorCode::internal;
}

// {"error": {"message": …}}, as OpenAI's clients read it.
Error error_of_reply(unsigned status, const std::string& body) {
  std::string message = "seekd answered with status " + std::to_string(status);
  error_code ignored;
  const json::value root = json::parse(body, ignored);
  const json::value* text =
      root.is_object() ? root.find_pointer("/error/message", ignored) : nullptr;
  if (text != nullptr && text->is_string()) message = std::string(text->get_string());
  return {code_of_status(status), std::move(message)};
}

// One connection per request: seekctl's commands ask once.
class Exchange {
 public:
  Status send(const std::filesystem::path& path, const http::request<http::string_body>& request) {
    error_code error;
    if (path.native().size() >= 108) {  // sun_path
      return fail(ErrorCode::invalid_argument,
                  "the socket's path '" + path.string() + "' is longer than 107 bytes");
    }
    if (socket_.connect({path.native()}, error)) {
      return std::unexpected(not_connected(path.string(), error));
    }
    http::write(socket_, request, error);
    if (error) return std::unexpected(broken_off(error));
    parser_.body_limit(reply_bytes_max);
    http::read_header(socket_, buffer_, parser_, error);
    if (error) return std::unexpected(broken_off(error));
    return {};
  }

  unsigned status() { return parser_.get().result_int(); }

  // More of the body; nothing when it is complete.
  Result<std::string> read_some() {
    error_code error;
    while (!parser_.is_done() && parser_.get().body().empty()) {
      http::read_some(socket_, buffer_, parser_, error);
      if (error) return std::unexpected(broken_off(error));
    }
    return std::exchange(parser_.get().body(), {});
  }

  Result<std::string> read_all() {
    std::string body;
    for (;;) {
      Result<std::string> part = read_some();
      if (!part || part->empty()) return part ? Result<std::string>(std::move(body)) : part;
      body += *part;
    }
  }

 private:
  asio::io_context context_;
  asio::local::stream_protocol::socket socket_{context_};
  boost::beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

Result<json::object> ask(const std::filesystem::path& socket,
                         const http::request<http::string_body>& request) {
  Exchange exchange;
  if (Status sent = exchange.send(socket, request); !sent) return std::unexpected(sent.error());
  const Result<std::string> body = exchange.read_all();
  if (!body) return std::unexpected(body.error());
  if (exchange.status() != 200) return std::unexpected(error_of_reply(exchange.status(), *body));
  error_code error;
  json::value reply = json::parse(*body, error);
  if (error || !reply.is_object()) {
    return fail(ErrorCode::io, "the reply is no JSON object: is it seekd behind the socket?");
  }
  return std::move(reply.get_object());
}

}  // namespace

DaemonConnection::DaemonConnection(std::filesystem::path socket, std::string key)
    : socket_(std::move(socket)), key_(std::move(key)) {}

DaemonConnection::Request DaemonConnection::request(http::verb verb, const std::string& target,
                                                    std::string body) const {
  Request made(verb, target, 11);
  made.set(http::field::host, "seekd");
  made.set(http::field::user_agent, "seekctl/" SEEKD_VERSION);
  made.set(http::field::connection, "close");
  if (!key_.empty()) made.set(http::field::authorization, "Bearer " + key_);
  if (verb == http::verb::post) made.set(http::field::content_type, "application/json");
  made.body() = std::move(body);
  made.prepare_payload();
  return made;
}

Result<json::object> DaemonConnection::get(const std::string& target) const {
  return ask(socket_, request(http::verb::get, target, {}));
}

Result<json::object> DaemonConnection::post(const std::string& target,
                                            const json::object& body) const {
  return post_text(target, json::serialize(body));
}

Result<json::object> DaemonConnection::post_text(const std::string& target,
                                                 const std::string& body) const {
  return ask(socket_, request(http::verb::post, target, body));
}

Status DaemonConnection::stream(const std::string& target, const json::object& body,
                                const std::function<Status(std::string_view)>& on_bytes) const {
  Exchange exchange;
  Status sent = exchange.send(socket_, request(http::verb::post, target, json::serialize(body)));
  if (!sent) return sent;
  if (exchange.status() != 200) {
    const Result<std::string> reply = exchange.read_all();
    return std::unexpected(reply ? error_of_reply(exchange.status(), *reply) : reply.error());
  }
  for (;;) {
    const Result<std::string> part = exchange.read_some();
    if (!part) return std::unexpected(part.error());
    if (part->empty()) return {};
    if (Status taken = on_bytes(*part); !taken) return taken;
  }
}

std::string query_value(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

}  // namespace seekd::ctl
