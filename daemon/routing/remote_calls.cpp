#include "daemon/routing/remote_calls.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

bool is_object(const std::string& text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  return !error && value.is_object();
}

}  // namespace

RemoteCalls::RemoteCalls(std::string upstream, const model::GenerateRequest& request)
    : upstream_(std::move(upstream)) {
  for (const model::Message& message : request.messages) {
    for (const model::ToolCall& call : message.calls) ids_.push_back(call.id);
  }
}

Result<std::vector<model::ToolCallDelta>> RemoteCalls::take(
    const std::vector<fetcher::UpstreamCall>& pieces) {
  std::vector<model::ToolCallDelta> deltas;
  for (const fetcher::UpstreamCall& piece : pieces) {
    const std::size_t index = piece.index;
    if (index > calls_.size()) return refuse("sent a call before the one before it");
    model::ToolCallDelta delta{.index = index, .id = {}, .name = {}, .arguments = piece.arguments};
    if (index == calls_.size()) {
      if (piece.name.empty()) return refuse("sent a call of no function");
      delta.id = id_of(piece.id);
      delta.name = piece.name;
      ids_.push_back(delta.id);
      calls_.push_back({delta.id, delta.name, ""});
    }
    calls_[index].arguments += piece.arguments;
    deltas.push_back(std::move(delta));
  }
  return deltas;
}

Result<std::vector<model::ToolCall>> RemoteCalls::finish() {
  for (model::ToolCall& call : calls_) {
    if (call.arguments.empty()) call.arguments = "{}";
    if (!is_object(call.arguments)) {
      return refuse("sent a call of " + policy::quoted(call.name) +
                    " whose arguments are no JSON object");
    }
  }
  return std::move(calls_);
}

// Where the server sends none, or one of a call before it: another one.
std::string RemoteCalls::id_of(const std::string& sent) const {
  if (!sent.empty() && std::ranges::find(ids_, sent) == ids_.end()) return sent;
  for (std::size_t number = ids_.size();; ++number) {
    std::string id = "call_" + std::to_string(number);
    if (std::ranges::find(ids_, id) == ids_.end()) return id;
  }
}

std::unexpected<Error> RemoteCalls::refuse(const std::string& why) const {
  return fail(ErrorCode::corrupt, "the upstream " + policy::quoted(upstream_) + " " + why);
}

}  // namespace seekd::daemon
