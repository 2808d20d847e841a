// Session: one connection of a caller. HTTP/1.1 with keep-alive; requests are served one after
// another, so that pipelined ones are answered in order.
//
// All functions are called on the I/O thread. Bounded in everything: header and body bytes, the
// time to send a request and to take a reply. A caller that goes while its answer is made is
// noticed, and the answer is taken back; one that only stops sending gets its answer. TCP does not
// tell the two apart before something is written. Where there is TLS, who the client's certificate
// names is known before the first request. It keeps itself alive while it has something to
// wait for, and tells its end to on_closed() once.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "daemon/byte_stream.h"
#include "daemon/exchange.h"

namespace seekd::daemon {

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = ByteStream::Socket;
  using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

  struct Settings {
    Connection connection;
    std::shared_ptr<boost::asio::ssl::context> tls;  // nullptr: plain HTTP
    std::size_t body_bytes_max = 0;
    std::chrono::seconds timeout{
        0};  // to send a whole request, and for each piece of a reply to be taken
    Handler handler;
    // What the first request is answered with, unread, before the connection ends; nullopt: it is
    // the handler's.
    std::optional<HttpResponse> turned_away = std::nullopt;
  };

  Session(Socket socket, Settings settings);

  bool is_turned_away() const { return settings_.turned_away.has_value(); }

  // REQUIRES: called before start().
  void on_closed(std::function<void()> closed) { closed_ = std::move(closed); }

  void start();

  // A running answer is finished, then the connection is closed.
  void stop();

  // At once; a running answer is taken back.
  void close();

 private:
  class Request;  // the Exchange of one request

  enum class Phase : std::uint8_t {
    greeting,   // TLS is agreed upon
    receiving,  // a request is waited for, or comes in
    answering,  // its handler has it
    lingering,  // the last reply is sent; what the caller still sends is dropped, so that it reads
                // the reply
    closed,
  };
  enum class Then : std::uint8_t { keep_alive, close };

  void greet();
  void receive();
  void on_header(const boost::system::error_code& error);
  void receive_body();
  void on_body(const boost::system::error_code& error);
  // Why a request of that header is not read, "" when it is.
  std::string flaw() const;
  void refuse(const boost::system::error_code& error);
  void refuse(HttpResponse response);
  void dispatch();

  void write(std::string bytes);
  void write_next();
  void answered();
  void linger();
  void say_goodbye();

  void watch();
  void stop_watching();
  void on_watched(const boost::system::error_code& error, std::size_t bytes);
  void await_hangup();

  void arm(std::chrono::seconds timeout);
  void disarm();

  ByteStream stream_;
  Settings settings_;
  std::function<void()> closed_;
  boost::asio::steady_timer timer_;
  Phase phase_ = Phase::receiving;
  Then then_ = Then::keep_alive;
  bool stopping_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;

  std::shared_ptr<Request> request_;  // while answering
  std::deque<std::string> out_;       // the front is being written
  bool complete_ = false;             // the reply's last byte is in out_

  // A read beside the answer: it notices that the caller goes, and keeps what is pipelined.
  bool watching_ = false;
  bool ended_ = false;  // the caller has stopped sending; asio does not report that twice
  bool awaiting_hangup_ = false;
  boost::asio::cancellation_signal stop_watching_;
};

}  // namespace seekd::daemon
