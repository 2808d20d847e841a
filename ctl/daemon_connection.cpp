#include "ctl/daemon_connection.h"

#include <utility>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include "ctl/client_tls.h"
#include "ctl/daemon_stream.h"

namespace seekd::ctl {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;
using boost::system::error_code;

constexpr std::size_t reply_bytes_max = 64 << 20;

ErrorCode code_of_status(unsigned status) {
  if (status == 404) return ErrorCode::not_found;
  if (status == 429 || status == 503) return ErrorCode::busy;
  return status < 500 ? ErrorCode::invalid_argument : ErrorCode::internal;
}

std::string text_of(const json::value& root, const char* pointer) {
  error_code ignored;
  const json::value* text = root.is_object() ? root.find_pointer(pointer, ignored) : nullptr;
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
}

std::string_view remedy(unsigned status, std::string_view code) {
  if (status == 401) return "; seekctl sends the key in --key-file, or $SEEKD_KEY_FILE";
  if (code == "not_allowed") return "; `seekctl token list` on its host shows whose key has which";
  return "";
}

// One connection per request: seekctl's commands ask once.
class Exchange {
 public:
  explicit Exchange(const DaemonAddress& where) : where_(where) {}

  Status send(const http::request<http::string_body>& request) {
    if (Status connected = stream_.connect(where_); !connected) return connected;
    error_code error;
    http::write(stream_, request, error);
    if (error) return std::unexpected(broken_off(error));
    return {};
  }

  Result<DaemonConnection::ReplyHead> read_head() {
    parser_.body_limit(reply_bytes_max);
    error_code error;
    http::read_header(stream_, buffer_, parser_, error);
    if (error) return std::unexpected(broken_off(error));
    return parser_.get().base();
  }

  // More of the body; nothing when it is complete.
  Result<std::string> read_some() {
    error_code error;
    while (!parser_.is_done() && parser_.get().body().empty()) {
      http::read_some(stream_, buffer_, parser_, error);
      if (error) return std::unexpected(broken_off(error));
    }
    return std::exchange(parser_.get().body(), {});
  }

 private:
  Error broken_off(const error_code& error) const {
    if (auto refused = certificate_refused(where_, error)) return *std::move(refused);
    return {ErrorCode::unavailable,
            "seekd broke the connection off (" + error.message() + "): see its log"};
  }

  const DaemonAddress& where_;
  DaemonStream stream_;
  boost::beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

}  // namespace

// {"error": {"message": …}}, as OpenAI's clients read it.
Error error_of_reply(unsigned status, const std::string& body) {
  error_code ignored;
  const json::value root = json::parse(body, ignored);
  std::string message = text_of(root, "/error/message");
  if (message.empty()) message = "seekd answered with status " + std::to_string(status);
  message += remedy(status, text_of(root, "/error/code"));
  return {code_of_status(status), std::move(message)};
}

DaemonConnection::DaemonConnection(DaemonAddress where, std::string key)
    : where_(std::move(where)), key_(std::move(key)) {}

DaemonConnection::DaemonConnection(std::filesystem::path socket)
    : DaemonConnection(DaemonAddress{std::move(socket), std::nullopt, {}}) {}

DaemonConnection::Request DaemonConnection::request(const Call& call) const {
  Request made(call.verb, call.target, 11);
  made.set(http::field::host,
           where_.url ? where_.url->host + ':' + std::to_string(where_.url->port) : "seekd");
  made.set(http::field::user_agent, "seekctl/" SEEKD_VERSION);
  made.set(http::field::connection, "close");
  if (!key_.empty()) made.set(http::field::authorization, "Bearer " + key_);
  if (call.verb == http::verb::post) made.set(http::field::content_type, "application/json");
  for (const auto& [name, value] : call.headers) made.set(name, value);
  made.body() = call.body;
  made.prepare_payload();
  return made;
}

Status DaemonConnection::converse(const Call& call,
                                  const std::function<void(const ReplyHead&)>& on_head,
                                  const std::function<Status(std::string_view)>& on_bytes) const {
  Exchange exchange(where_);
  if (Status sent = exchange.send(request(call)); !sent) return sent;
  if (call.on_sent) call.on_sent();
  const Result<ReplyHead> head = exchange.read_head();
  if (!head) return std::unexpected(head.error());
  on_head(*head);
  for (;;) {
    const Result<std::string> part = exchange.read_some();
    if (!part) return std::unexpected(part.error());
    if (part->empty()) return {};
    if (Status taken = on_bytes(*part); !taken) return taken;
  }
}

Result<json::object> DaemonConnection::ask(const Call& call) const {
  unsigned status = 0;
  std::string body;
  const Status read = converse(
      call, [&](const ReplyHead& head) { status = head.result_int(); },
      [&](std::string_view bytes) -> Status {
        body += bytes;
        return {};
      });
  if (!read) return std::unexpected(read.error());
  if (status != 200) return std::unexpected(error_of_reply(status, body));
  error_code error;
  json::value reply = json::parse(body, error);
  if (error || !reply.is_object()) {
    return fail(ErrorCode::io,
                "the reply is no JSON object: is it seekd behind " + where_.text() + '?');
  }
  return std::move(reply.get_object());
}

Result<json::object> DaemonConnection::get(const std::string& target) const {
  return ask({http::verb::get, target, {}, {}, {}});
}

Result<json::object> DaemonConnection::post(const std::string& target,
                                            const json::object& body) const {
  return post_text(target, json::serialize(body));
}

Result<json::object> DaemonConnection::post_text(const std::string& target,
                                                 const std::string& body) const {
  return ask({http::verb::post, target, body, {}, {}});
}

Status DaemonConnection::stream(const std::string& target, const json::object& body,
                                const std::function<Status(std::string_view)>& on_bytes) const {
  unsigned status = 0;
  std::string refusal;
  const Status read = converse(
      {http::verb::post, target, json::serialize(body), {}, {}},
      [&](const ReplyHead& head) { status = head.result_int(); },
      [&](std::string_view bytes) -> Status {
        if (status == 200) return on_bytes(bytes);
        refusal += bytes;
        return {};
      });
  if (!read || status == 200) return read;
  return std::unexpected(error_of_reply(status, refusal));
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
