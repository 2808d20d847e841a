// POST /mcp and DELETE /mcp: the Model Context Protocol over streamable HTTP
// (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports). Nothing is ever sent
// unasked, so that GET, which would open a stream for that, is 405.

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/mcp/json_rpc.h"
#include "daemon/mcp/post_reply.h"
#include "daemon/mcp/sessions.h"
#include "daemon/mcp/tool_call.h"
#include "daemon/mcp/tools.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> versions{"2025-11-25", "2025-06-18", "2025-03-26"};
constexpr std::string_view version_with_batches = "2025-03-26";
constexpr std::size_t batch_max = 32;
constexpr std::size_t depth_max = 32;
constexpr std::size_t session_digits = 32;

constexpr std::string_view instructions =
    "seekd reads the web for this host, within its owner's policy, and keeps what it has read. "
    "Use search to find pages, fetch to read one, show for stored pages and their past versions, "
    "and ask for an answer with checked citations.";

std::chrono::steady_clock::time_point now() {
  return std::chrono::steady_clock::now();
}

bool is_served(std::string_view version) {
  return std::ranges::find(versions, version) != versions.end();
}

void refuse(Exchange& exchange, int status, const RpcError& error) {
  exchange.log().outcome = "rpc_error";
  HttpResponse response;
  response.status = status;
  response.body = json::serialize(rpc_error(error));
  exchange.respond(std::move(response));
}

RpcError unsupported(std::string_view version) {
  json::array served;
  for (const std::string_view one : versions) served.emplace_back(one);
  return {RpcCode::unsupported_version, "this version of the protocol is not served",
          json::object{{"supported", std::move(served)}, {"requested", version}}, nullptr};
}

// RFC 9110 §12.5.1, without weights: every client of the protocol takes both.
bool accepts(std::string_view accept, std::string_view type) {
  const std::string_view range = type.substr(0, type.find('/'));
  return accept.empty() || accept.contains(type) || accept.contains("*/*") ||
         accept.contains(std::string(range) + "/*");
}

// One POST that is read.
struct Post {
  bool batch = false;
  std::vector<std::expected<RpcMessage, RpcError>> messages;

  bool has_call() const {
    return std::ranges::any_of(messages,
                               [](const auto& one) { return one && one->method == "tools/call"; });
  }
  // That are answered; what cannot be read is, too.
  std::size_t requests() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        messages, [](const auto& one) { return !one || one->kind == RpcMessage::Kind::request; }));
  }
};

std::expected<Post, RpcError> read_post(std::string_view body) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = depth_max;
  const json::value value = json::parse(body, error, {}, options);
  if (error) {
    return std::unexpected(
        RpcError{RpcCode::parse_error, "this is no JSON that is read here: " + error.message()});
  }
  Post post;
  const json::array* batch = value.if_array();
  if (batch == nullptr) {
    post.messages.push_back(read_rpc_message(value));
    return post;
  }
  post.batch = true;
  if (batch->empty() || batch->size() > batch_max) {
    return std::unexpected(RpcError{RpcCode::invalid_request, "a batch has 1 to 32 messages"});
  }
  for (const json::value& one : *batch) post.messages.push_back(read_rpc_message(one));
  return post;
}

json::object initialized(std::string_view version) {
  return {{"protocolVersion", version},
          {"capabilities", {{"tools", json::object()}}},
          {"serverInfo", {{"name", "seekd"}, {"title", "seekd"}, {"version", SEEKD_VERSION}}},
          {"instructions", instructions}};
}

// What the caller asks for where it is served, else the latest: he may go then.
void begin_session(Services& services, Exchange& exchange, const RpcMessage& request) {
  const json::value* wanted = request.params.if_contains("protocolVersion");
  if (wanted == nullptr || !wanted->is_string()) {
    return refuse(exchange, 400,
                  {RpcCode::invalid_params, "'protocolVersion' is missing", nullptr, request.id});
  }
  const std::string_view asked = wanted->get_string();
  const std::string_view version = is_served(asked) ? asked : versions.front();
  const std::string id = random_hex(session_digits);
  services.mcp_sessions.begin(id, exchange.caller(), std::string(version), now());
  exchange.add_header("Mcp-Session-Id", id);
  HttpResponse response;
  response.body = json::serialize(rpc_result(request.id, initialized(version)));
  exchange.respond(std::move(response));
}

json::object tools_json(const Caller& caller) {
  json::array tools;
  for (const Tool& tool : mcp_tools()) {
    if (caller.rights.has(tool.right)) tools.push_back(tool_json(tool));
  }
  return {{"tools", std::move(tools)}};
}

json::object answer_plain(Services& services, const Caller& caller, const RpcMessage& request) {
  const auto admitted = services.limits.admit(caller, Uses::nothing, now());
  if (!admitted) {
    const Limits::Refusal& refusal = admitted.error();
    services.metrics.refused(refusal.reason);
    return rpc_error({RpcCode::refused, refusal.error.message,
                      json::object{{"code", refusal.error.code}}, request.id});
  }
  if (request.method == "ping") return rpc_result(request.id, {});
  if (request.method == "tools/list") return rpc_result(request.id, tools_json(caller));
  if (request.method == "initialize") {
    return rpc_error({RpcCode::invalid_request, "'initialize' begins a session, by itself", nullptr,
                      request.id});
  }
  return rpc_error({RpcCode::method_not_found, "this method is not served", nullptr, request.id});
}

void hear(McpSession& session, const RpcMessage& notification) {
  if (notification.method != "notifications/cancelled") return;
  if (const json::value* id = notification.params.if_contains("requestId")) {
    session.cancel(json::serialize(*id));
  }
}

void serve(Services& services, const ExchangePtr& exchange,
           const std::shared_ptr<McpSession>& session, const Post& post) {
  for (const auto& message : post.messages) {
    if (message && message->kind == RpcMessage::Kind::notification) hear(*session, *message);
  }
  if (post.requests() == 0) {
    HttpResponse accepted;
    accepted.status = 202;
    return exchange->respond(std::move(accepted));
  }
  const bool streams = post.has_call() && accepts(exchange->request().accept, "text/event-stream");
  const auto form = streams      ? PostReply::Form::events
                    : post.batch ? PostReply::Form::array
                                 : PostReply::Form::text;
  const auto reply = std::make_shared<PostReply>(exchange, form, post.requests());
  const auto cancels = std::make_shared<std::vector<std::function<void()>>>();
  // Its reply could be sent to nobody: there is no stream that it could be had from later.
  exchange->on_gone([cancels] {
    for (const auto& cancel : std::exchange(*cancels, {})) cancel();
  });
  for (const auto& message : post.messages) {
    if (!message) {
      reply->answer(rpc_error(message.error()));
    } else if (message->kind != RpcMessage::Kind::request) {
      continue;
    } else if (message->method == "tools/call") {
      cancels->push_back(call_tool(services, exchange, session, *message, reply));
    } else {
      reply->answer(answer_plain(services, exchange->caller(), *message));
    }
  }
}

// The session of the request; refused where there is none.
std::shared_ptr<McpSession> find_session(Services& services, Exchange& exchange,
                                         const json::value& id) {
  const std::string& name = exchange.request().mcp_session;
  if (name.empty()) {
    refuse(exchange, 400,
           {RpcCode::invalid_request, "Mcp-Session-Id is missing: 'initialize' gives one", nullptr,
            id});
    return nullptr;
  }
  auto session = services.mcp_sessions.find(name, exchange.caller(), now());
  if (!session) {
    refuse(exchange, 404,
           {RpcCode::session_not_found, "this session is not known, or has ended", nullptr, id});
  }
  return session;
}

}  // namespace

void answer_mcp(Services& services, const ExchangePtr& exchange) {
  const HttpRequest& request = exchange->request();
  if (!accepts(request.accept, "application/json")) {
    return refuse(*exchange, 406, {RpcCode::invalid_request, "replies are application/json"});
  }
  if (!request.mcp_version.empty() && !is_served(request.mcp_version)) {
    return refuse(*exchange, 400, unsupported(request.mcp_version));
  }
  const auto post = read_post(request.body);
  if (!post) return refuse(*exchange, 400, post.error());
  const auto& first = post->messages.front();
  if (!post->batch && !first) return refuse(*exchange, 400, first.error());
  if (!post->batch && first->kind == RpcMessage::Kind::request && first->method == "initialize") {
    return begin_session(services, *exchange, *first);
  }
  const json::value id = first ? first->id : nullptr;
  const auto session = find_session(services, *exchange, id);
  if (!session) return;
  if (!request.mcp_version.empty() && request.mcp_version != session->version()) {
    return refuse(
        *exchange, 400,
        {RpcCode::invalid_request, "this session speaks " + session->version(), nullptr, id});
  }
  if (post->batch && session->version() != version_with_batches) {
    return refuse(
        *exchange, 400,
        {RpcCode::invalid_request,
         "batches are of version 2025-03-26 alone; this session speaks " + session->version()});
  }
  serve(services, exchange, session, *post);
}

void end_mcp_session(Services& services, const ExchangePtr& exchange) {
  if (!find_session(services, *exchange, nullptr)) return;
  services.mcp_sessions.end(exchange->request().mcp_session);
  HttpResponse response;
  response.body = "{}";
  exchange->respond(std::move(response));
}

}  // namespace seekd::daemon
