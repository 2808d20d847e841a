// Exchange: one request and its answer's way back. What handlers see of a connection.
//
// All functions are called on the I/O thread. A handler answers exactly once, at any later time:
// respond(), or begin_events(), any number of event() and end_events(). What is sent after the
// client has gone is dropped.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/access/peer.h"

namespace seekd::daemon {

struct HttpRequest {
  std::string method;
  std::string path;  // without the query, percent-encoded as it was sent
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string_view content_type = "application/json";  // of static storage
  std::optional<std::chrono::seconds> retry_after;
  std::string allow;  // of a 405: the methods that are served
};

// What the log says of a request beside its line; never a word of a question.
struct LogFields {
  std::string outcome;
  std::size_t pages_fetched = 0;
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const HttpRequest& request() const = 0;
  virtual const Peer& peer() const = 0;  // who asks
  virtual LogFields& log() = 0;

  virtual void respond(HttpResponse response) = 0;

  // Server-sent events (HTML Living Standard, §9.2); `data` holds no line break.
  virtual void begin_events() = 0;
  virtual void event(std::string_view data) = 0;
  virtual void end_events() = 0;

  // Called at most once, when the client has gone before the answer was complete.
  virtual void on_gone(std::function<void()> gone) = 0;
};

}  // namespace seekd::daemon
