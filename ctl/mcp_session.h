// McpSession: a session of the Model Context Protocol with seekd's /mcp, over streamable HTTP
// (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http).
//
// Blocking. post() may be called by several threads at once; begin() and end() by one, and beside
// no post(). A session that seekd no longer knows, since it was started anew, is begun again as it
// was begun.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include <boost/json/value.hpp>

#include "ctl/daemon_connection.h"
#include "ctl/mcp_message.h"
#include "policy/result.h"

namespace seekd::ctl {

class McpSession {
 public:
  using OnMessage = std::function<void(boost::json::value)>;

  explicit McpSession(DaemonConnection seekd) : seekd_(std::move(seekd)) {}

  // `message`: "initialize". A session from before has ended. Errors: of DaemonConnection; what
  // seekd answers in JSON-RPC, an error too, is a message and no error here.
  Status begin(const McpMessage& message, const OnMessage& on_message);

  // `on_sent`: when seekd has all of it, more than once where the session is begun again; may be
  // empty. Errors: as of begin().
  Status post(const McpMessage& message, const std::function<void()>& on_sent,
              const OnMessage& on_message);

  // Tells seekd. Errors: as of DaemonConnection.
  Status end();

 private:
  struct Names {
    std::string id;  // "" before it has begun
    std::string version;
  };

  struct Reply {
    unsigned status = 0;
    std::string session;
    bool streams = false;
    std::string body;  // of what does not stream
  };

  Names names();
  Result<Reply> send(const McpMessage& message, const Names& names,
                     const std::function<void()>& on_sent, const OnMessage& on_message) const;
  // What `lost` stands for is replaced, once. Errors: as of begin().
  Status begin_again(const Names& lost);
  void remember(const Reply& reply);

  const DaemonConnection seekd_;
  McpMessage beginning_;  // the "initialize" that it began with
  std::mutex mutex_;      // of names_
  std::mutex renewal_;    // held by who begins it again
  Names names_;
};

}  // namespace seekd::ctl
