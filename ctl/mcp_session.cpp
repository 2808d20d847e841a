#include "ctl/mcp_session.h"

#include <string_view>
#include <utility>

#include <boost/beast/http/field.hpp>
#include <boost/json.hpp>

#include "ctl/event_reader.h"
#include "ctl/json_view.h"

namespace seekd::ctl {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr unsigned taken = 202;      // a notification
constexpr unsigned not_found = 404;  // the session
constexpr std::string_view initialized =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

std::vector<std::pair<std::string, std::string>> headers_of(const std::string& id,
                                                            const std::string& version) {
  std::vector<std::pair<std::string, std::string>> headers{
      {"Accept", "application/json, text/event-stream"}};
  if (!id.empty()) headers.emplace_back("Mcp-Session-Id", id);
  if (!version.empty()) headers.emplace_back("Mcp-Protocol-Version", version);
  return headers;
}

// A reply that is no stream: a message, an array of them, or an error of the way to /mcp.
Status hand_over(unsigned status, const std::string& body, const json::value& id,
                 const McpSession::OnMessage& on_message) {
  if (status == taken) return {};
  json::error_code error;
  json::value value = json::parse(body, error);
  json::object* object = error ? nullptr : value.if_object();
  const bool is_message = !error && (value.is_array() || (object && object->contains("jsonrpc")));
  if (!is_message) {
    if (status != 200) return std::unexpected(error_of_reply(status, body));
    return fail(ErrorCode::io, "the reply is no JSON-RPC: is it seekd that is asked?");
  }
  // What could not be read had no id that could.
  if (object != nullptr && object->contains("error") && (*object)["id"].is_null()) {
    (*object)["id"] = id;
  }
  on_message(std::move(value));
  return {};
}

}  // namespace

McpSession::Names McpSession::names() {
  const std::scoped_lock lock(mutex_);
  return names_;
}

Result<McpSession::Reply> McpSession::send(const McpMessage& message, const Names& names,
                                           const std::function<void()>& on_sent,
                                           const OnMessage& on_message) const {
  Reply reply;
  EventReader events([&](std::string_view data) {
    json::error_code error;
    json::value value = json::parse(data, error);
    if (!error) on_message(std::move(value));
  });
  const Status read = seekd_.converse(
      {http::verb::post, "/mcp", message.text, headers_of(names.id, names.version), on_sent},
      [&](const DaemonConnection::ReplyHead& head) {
        reply.status = head.result_int();
        reply.session = head["Mcp-Session-Id"];
        reply.streams = head[http::field::content_type].starts_with("text/event-stream");
      },
      [&](std::string_view bytes) -> Status {
        if (reply.streams) return events.feed(bytes);
        reply.body += bytes;
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return reply;
}

void McpSession::remember(const Reply& reply) {
  json::error_code error;
  const json::value value = json::parse(reply.body, error);
  if (error || !value.is_object() || reply.session.empty()) return;
  const std::scoped_lock lock(mutex_);
  names_ = {reply.session, text_at(object_at(value.get_object(), "result"), "protocolVersion")};
}

Status McpSession::begin(const McpMessage& message, const OnMessage& on_message) {
  if (!names().id.empty()) {
    if (Status ended = end(); !ended) return ended;
  }
  const Result<Reply> reply = send(message, {}, {}, on_message);
  if (!reply) return std::unexpected(reply.error());
  remember(*reply);
  beginning_ = message;
  return hand_over(reply->status, reply->body, message.id, on_message);
}

Status McpSession::begin_again(const Names& lost) {
  const std::scoped_lock lock(renewal_);
  if (names().id != lost.id) return {};  // somebody has, meanwhile
  const OnMessage nobody = [](const json::value&) {};
  const Result<Reply> reply = send(beginning_, {}, {}, nobody);
  if (!reply) return std::unexpected(reply.error());
  if (reply->status != 200) return std::unexpected(error_of_reply(reply->status, reply->body));
  remember(*reply);
  McpMessage ready;
  ready.text = initialized;
  const Result<Reply> heard = send(ready, names(), {}, nobody);
  return heard ? Status() : std::unexpected(heard.error());
}

Status McpSession::post(const McpMessage& message, const std::function<void()>& on_sent,
                        const OnMessage& on_message) {
  const Names used = names();
  Result<Reply> reply = send(message, used, on_sent, on_message);
  if (reply && reply->status == not_found && !used.id.empty()) {
    if (Status begun = begin_again(used); !begun) return begun;
    reply = send(message, names(), on_sent, on_message);
  }
  if (!reply) return std::unexpected(reply.error());
  if (reply->streams) return {};
  return hand_over(reply->status, reply->body, message.id, on_message);
}

Status McpSession::end() {
  const Names ended = names();
  if (ended.id.empty()) return {};
  {
    const std::scoped_lock lock(mutex_);
    names_ = {};
  }
  return seekd_.converse(
      {http::verb::delete_, "/mcp", {}, headers_of(ended.id, ended.version), {}},
      [](const DaemonConnection::ReplyHead&) {}, [](std::string_view) { return Status(); });
}

}  // namespace seekd::ctl
