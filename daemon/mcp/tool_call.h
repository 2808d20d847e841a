// One tools/call on its way: the tool's request to seekd's own interface, and its reply as a
// result.
//
// Called on the I/O thread.
#pragma once

#include <functional>
#include <memory>

#include "daemon/api/handlers.h"
#include "daemon/mcp/json_rpc.h"
#include "daemon/mcp/post_reply.h"
#include "daemon/mcp/sessions.h"

namespace seekd::daemon {

// Answers `reply` once, unless the call is cancelled first: by a notification, or by the function
// that is given back. REQUIRES: `call` is a request.
std::function<void()> call_tool(Services& services, const ExchangePtr& exchange,
                                const std::shared_ptr<McpSession>& session, const RpcMessage& call,
                                const std::shared_ptr<PostReply>& reply);

}  // namespace seekd::daemon
