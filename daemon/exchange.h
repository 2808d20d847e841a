// Exchange: one request and its answer's way back. What handlers see of a connection.
//
// All functions are called on the I/O thread. A handler answers exactly once, at any later time:
// respond(), or begin_events(), any number of event() and end_events(). What is sent after the
// client has gone is dropped.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/access/caller.h"
#include "daemon/access/connection.h"
#include "policy/trace_context.h"

namespace seekd::daemon {

struct HttpRequest {
  std::string method;
  std::string path;  // without the query, percent-encoded as it was sent
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::string body;
  // Headers, "" where there is none.
  std::string authorization;
  std::string host;
  std::string origin;
  std::string accept;
  std::string mcp_session;  // Mcp-Session-Id
  std::string mcp_version;  // MCP-Protocol-Version
  // Of the caller's trace or of a new one; its span is this request.
  policy::TraceContext trace;
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string_view content_type = "application/json";  // of static storage
  std::optional<std::chrono::seconds> retry_after;
  std::string allow;  // of a 405: the methods that are served
};

// What the logs say of a request beside its line.
struct LogFields {
  std::string outcome;
  std::size_t pages_fetched = 0;
  boost::json::object audited;  // for the audit log alone, which may hold words of a question
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const HttpRequest& request() const = 0;
  virtual const Connection& connection() const = 0;
  // Who asks: nobody, until route() knows it.
  virtual const Caller& caller() const = 0;
  virtual void known_as(Caller caller) = 0;
  virtual LogFields& log() = 0;

  // Kept until the reply is sent, or the client has gone.
  virtual void keep(std::shared_ptr<const void> thing) = 0;

  // Of the reply, however it is sent. REQUIRES: it has not begun.
  virtual void add_header(std::string name, std::string value) = 0;

  virtual void respond(HttpResponse response) = 0;

  // Server-sent events (HTML Living Standard, §9.2); `data` holds no line break.
  virtual void begin_events() = 0;
  virtual void event(std::string_view data) = 0;
  // With a name for clients that part events by it; where events have no names it is left out.
  // REQUIRES: neither holds a line break.
  virtual void named_event(std::string_view /*name*/, std::string_view data) { event(data); }
  virtual void end_events() = 0;

  // Called at most once, when the client has gone before the answer was complete.
  virtual void on_gone(std::function<void()> gone) = 0;

  // Called once, when the reply is sent, with its status; with 499 where the client went before one
  // was.
  virtual void on_over(std::function<void(int status)> over) = 0;
};

}  // namespace seekd::daemon
