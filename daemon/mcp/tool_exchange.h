// ToolExchange: a tool call as a request to seekd's own interface, of the same caller over the same
// connection. What serves that request judges its rights and limits, and audits it; the reply comes
// back here instead of going to the connection.
//
// As exchange.h says. cancel() is the caller's going.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/exchange.h"

namespace seekd::daemon {

class ToolExchange final : public Exchange {
 public:
  struct Listener {
    std::function<void(const HttpResponse&)> on_response;  // whole
    std::function<void(std::string_view)> on_event;        // streamed, each,
    std::function<void()> on_end;                          // and the end
  };

  // REQUIRES: `outer` is known as its caller.
  ToolExchange(std::shared_ptr<Exchange> outer, HttpRequest request, Listener listener);

  const HttpRequest& request() const override { return request_; }
  const Connection& connection() const override { return outer_->connection(); }
  const Caller& caller() const override { return caller_; }
  void known_as(Caller caller) override { caller_ = std::move(caller); }
  LogFields& log() override { return log_; }
  void keep(std::shared_ptr<const void> thing) override { kept_ = std::move(thing); }
  void add_header(std::string name, std::string value) override;
  void respond(HttpResponse response) override;
  void begin_events() override {}
  void event(std::string_view data) override;
  void end_events() override;
  void on_gone(std::function<void()> gone) override { gone_ = std::move(gone); }
  void on_over(std::function<void(int)> over) override { over_ = std::move(over); }

  // Nothing more is told to the listener.
  void cancel();

 private:
  void over(int status);

  const std::shared_ptr<Exchange> outer_;
  const HttpRequest request_;
  Listener listener_;
  Caller caller_;
  LogFields log_;
  std::shared_ptr<const void> kept_;
  std::function<void()> gone_;
  std::function<void(int)> over_;
  bool done_ = false;
};

}  // namespace seekd::daemon
