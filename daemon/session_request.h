// Session::Request: the Exchange of one request, as session.h says.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "daemon/session.h"

namespace seekd::daemon {

class Session::Request final : public Exchange {
 public:
  using Message = boost::beast::http::request<boost::beast::http::string_body>;

  Request(const std::shared_ptr<Session>& session, const Message& message);

  // The target is a path with or without a query (RFC 9112 §3.2.1).
  bool readable() const { return readable_; }

  const HttpRequest& request() const override { return request_; }
  const Connection& connection() const override { return connection_; }
  const Caller& caller() const override { return caller_; }
  void known_as(Caller caller) override { caller_ = std::move(caller); }
  LogFields& log() override { return log_; }
  void keep(std::shared_ptr<const void> thing) override { kept_ = std::move(thing); }
  void add_header(std::string name, std::string value) override;
  void respond(HttpResponse response) override;
  void begin_events() override;
  void event(std::string_view data) override;
  void named_event(std::string_view name, std::string_view data) override;
  void end_events() override;
  void on_gone(std::function<void()> gone) override { gone_ = std::move(gone); }
  void on_over(std::function<void(int)> over) override { over_ = std::move(over); }

  void caller_gone();
  // The reply is sent, or nobody waits for it any more.
  void over();

 private:
  void send_event(std::string text);
  // nullptr when the connection is closed.
  std::shared_ptr<Session> open_session() const;

  std::weak_ptr<Session> session_;
  Connection connection_;
  Caller caller_;
  std::shared_ptr<const void> kept_;
  std::vector<std::pair<std::string, std::string>> headers_;  // of the reply
  HttpRequest request_;
  unsigned version_;  // 10 or 11
  bool readable_ = false;
  LogFields log_;
  int status_ = 499;  // until one is sent: the caller went before
  std::function<void()> gone_;
  std::function<void(int)> over_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace seekd::daemon
