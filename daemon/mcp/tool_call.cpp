#include "daemon/mcp/tool_call.h"

#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/routes.h"
#include "daemon/mcp/streamed_answer.h"
#include "daemon/mcp/tool_exchange.h"
#include "daemon/mcp/tools.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::object text_result(const std::string& text) {
  return {{"content", json::array{{{"type", "text"}, {"text", text}}}}, {"isError", false}};
}

// For the model to read, which may mend it; a program reads the code that it begins with.
json::object error_result(std::string_view code, std::string_view message) {
  json::object result = text_result(std::string(code) + ": " + std::string(message));
  result["isError"] = true;
  return result;
}

// {"error": {"code", "message"}}
json::object error_result(const json::value& reply) {
  json::error_code missing;
  const json::value* code = reply.find_pointer("/error/code", missing);
  const json::value* message = reply.find_pointer("/error/message", missing);
  if (code == nullptr || message == nullptr) return error_result("internal", "no reply came");
  return error_result(std::string_view(code->as_string()), std::string_view(message->as_string()));
}

// A string or an integer; null where nobody asked for progress.
json::value progress_token(const json::object& params) {
  const json::value* meta = params.if_contains("_meta");
  if (meta == nullptr || !meta->is_object()) return nullptr;
  const json::value* token = meta->get_object().if_contains("progressToken");
  const bool usable =
      token != nullptr && (token->is_string() || token->is_int64() || token->is_uint64());
  return usable ? *token : nullptr;
}

// It lives in what waits for the reply to its request.
class ToolCall : public std::enable_shared_from_this<ToolCall> {
 public:
  ToolCall(std::shared_ptr<McpSession> session, json::value id, std::shared_ptr<PostReply> reply,
           const Tool& tool, ToolRequest request, json::value token)
      : session_(std::move(session)),
        id_(std::move(id)),
        reply_(std::move(reply)),
        tool_(tool),
        request_(std::move(request)),
        token_(std::move(token)) {}

  void start(Services& services, const ExchangePtr& exchange) {
    const auto self = shared_from_this();
    inner_ = std::make_shared<ToolExchange>(
        exchange, request_.http,
        ToolExchange::Listener{[self](const HttpResponse& response) { self->came(response); },
                               [self](std::string_view event) { self->read(event); },
                               [self] { self->finish(self->streamed_.reply()); }});
    inner_->log().audited["tool"] = tool_.name;
    session_->entered(json::serialize(id_), [self] { self->cancel(); });
    route_within(services, inner_);
  }

  void cancel() {
    if (std::exchange(done_, true)) return;
    session_->left(json::serialize(id_));
    inner_->cancel();
    reply_->pass_over(id_);
  }

 private:
  void came(const HttpResponse& response) {
    json::error_code error;
    finish(json::parse(response.body, error));
  }

  void read(std::string_view event) {
    const auto step = streamed_.read(event);
    if (!step || token_.is_null()) return;
    reply_->notify(rpc_notification(
        "notifications/progress",
        {{"progressToken", token_}, {"progress", ++progress_}, {"message", *step}}));
  }

  void finish(const json::value& reply) {
    if (std::exchange(done_, true)) return;
    session_->left(json::serialize(id_));
    const json::object* body = reply.if_object();
    if (body == nullptr || body->contains("error")) {
      return reply_->answer(rpc_result(id_, error_result(reply)));
    }
    ToolOutput output = tool_.output_of(request_, *body);
    json::object result = text_result(output.text);
    result["structuredContent"] = std::move(output.structured);
    reply_->answer(rpc_result(id_, std::move(result)));
  }

  const std::shared_ptr<McpSession> session_;
  const json::value id_;
  const std::shared_ptr<PostReply> reply_;
  const Tool& tool_;
  const ToolRequest request_;
  const json::value token_;
  std::shared_ptr<ToolExchange> inner_;
  StreamedAnswer streamed_;
  std::uint64_t progress_ = 0;
  bool done_ = false;
};

RpcError bad_params(const RpcMessage& call, std::string message) {
  return {RpcCode::invalid_params, std::move(message), nullptr, call.id};
}

}  // namespace

std::function<void()> call_tool(Services& services, const ExchangePtr& exchange,
                                const std::shared_ptr<McpSession>& session, const RpcMessage& call,
                                const std::shared_ptr<PostReply>& reply) {
  const auto refuse = [&](std::string message) {
    reply->answer(rpc_error(bad_params(call, std::move(message))));
    return [] {};
  };
  const json::value* name = call.params.if_contains("name");
  if (name == nullptr || !name->is_string()) return refuse("'name' must be a tool's");
  const Tool* tool = find_tool(name->get_string());
  if (tool == nullptr) return refuse("there is no tool of this name: tools/list has them");
  const json::value* given = call.params.if_contains("arguments");
  if (given != nullptr && !given->is_object()) return refuse("'arguments' must be an object");
  const json::value token = progress_token(call.params);
  const Steps steps = token.is_null() || !reply->streams() ? Steps::left_out : Steps::wanted;
  auto request = tool->request(given == nullptr ? json::object() : given->get_object(), steps);
  if (!request) {
    reply->answer(rpc_result(call.id, error_result(request.error().code, request.error().message)));
    return [] {};
  }
  const auto running =
      std::make_shared<ToolCall>(session, call.id, reply, *tool, *std::move(request), token);
  running->start(services, exchange);
  return [running] { running->cancel(); };
}

}  // namespace seekd::daemon
