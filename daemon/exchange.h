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

#include "daemon/access/caller.h"
#include "daemon/access/connection.h"

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
  virtual void end_events() = 0;

  // Called at most once, when the client has gone before the answer was complete.
  virtual void on_gone(std::function<void()> gone) = 0;
};

}  // namespace seekd::daemon
