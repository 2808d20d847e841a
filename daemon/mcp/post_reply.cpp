#include "daemon/mcp/post_reply.h"

#include <utility>

#include <boost/json.hpp>

#include "daemon/mcp/json_rpc.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

}  // namespace

PostReply::PostReply(std::shared_ptr<Exchange> exchange, Form form, std::size_t requests)
    : exchange_(std::move(exchange)), form_(form), left_(requests) {
  if (streams()) exchange_->begin_events();
}

void PostReply::notify(const json::object& notification) {
  if (streams()) exchange_->event(json::serialize(notification));
}

void PostReply::answer(json::object response) {
  if (streams()) {
    exchange_->event(json::serialize(response));
  } else {
    responses_.push_back(std::move(response));
  }
  settled();
}

void PostReply::pass_over(const json::value& id) {
  if (streams()) return settled();
  answer(rpc_error({RpcCode::cancelled, "the request was cancelled", nullptr, id}));
}

void PostReply::settled() {
  if (--left_ > 0) return;
  if (streams()) return exchange_->end_events();
  HttpResponse response;
  response.body =
      form_ == Form::array ? json::serialize(responses_) : json::serialize(responses_.front());
  exchange_->respond(std::move(response));
}

}  // namespace seekd::daemon
