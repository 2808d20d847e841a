#include "tests/bench/http_crowd.h"

#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace seekd::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

// Keeps itself alive while something is on its way.
class HttpCrowd::Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(asio::io_context& io, Server server, Visitor visitor)
      : socket_(io), timer_(io), server_(std::move(server)), visitor_(std::move(visitor)) {}

  void begin() {
    auto request = visitor_.next();
    if (!request) return;
    request_ = *std::move(request);
    reply_ = {};
    begun_ = Clock::now();
    if (socket_.is_open()) return send();
    buffer_.clear();
    socket_.async_connect(server_, [self = shared_from_this()](const auto& error) {
      error ? self->end(0) : self->send();
    });
  }

 private:
  void send() {
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](const auto& error, std::size_t) {
                        error ? self->end(0) : self->read_header();
                      });
  }

  void read_header() {
    parser_.emplace();
    parser_->body_limit(boost::none);
    http::async_read_header(socket_, buffer_, *parser_,
                            [self = shared_from_this()](const auto& error, std::size_t) {
                              self->reply_.first = Clock::now() - self->begun_;
                              error ? self->end(0) : self->read_body();
                            });
  }

  void read_body() {
    http::async_read(socket_, buffer_, *parser_,
                     [self = shared_from_this()](const auto& error, std::size_t) {
                       self->end(error ? 0 : self->parser_->get().result_int());
                     });
  }

  void end(unsigned status) {
    reply_.status = static_cast<int>(status);
    reply_.whole = Clock::now() - begun_;
    if (status != 0) reply_.body = std::move(parser_->get().body());
    if (status == 0 || !parser_->keep_alive()) {
      boost::system::error_code ignored;
      socket_.close(ignored);
    }
    visitor_.on_reply(reply_);
    if (visitor_.pause.count() == 0) return begin();
    timer_.expires_after(visitor_.pause);
    timer_.async_wait([self = shared_from_this()](const auto&) { self->begin(); });
  }

  asio::generic::stream_protocol::socket socket_;
  asio::steady_timer timer_;
  const Server server_;
  const Visitor visitor_;
  std::string request_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  Clock::time_point begun_;
  HttpReply reply_;
};

void HttpCrowd::add(Visitor visitor) {
  const auto visit = std::make_shared<Visit>(io_, server_, std::move(visitor));
  asio::post(io_, [visit] { visit->begin(); });
}

HttpCrowd::Server unix_server(const std::string& socket) {
  return asio::local::stream_protocol::endpoint(socket);
}

HttpCrowd::Server loopback_server(unsigned short port) {
  return asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port);
}

std::string get_request(const std::string& target, const std::string& key) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
         (key.empty() ? "" : "Authorization: Bearer " + key + "\r\n") + "\r\n";
}

std::string post_request(const std::string& target, const std::string& body,
                         const std::string& key) {
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
         (key.empty() ? "" : "Authorization: Bearer " + key + "\r\n") +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

HttpReply ask_once(const HttpCrowd::Server& server, std::string request) {
  asio::io_context io;
  HttpReply reply;
  HttpCrowd crowd(io, server);
  bool asked = false;
  crowd.add({.next = [&]() -> std::optional<std::string> {
               if (std::exchange(asked, true)) return std::nullopt;
               return request;
             },
             .on_reply = [&](const HttpReply& got) { reply = got; }});
  io.run();
  return reply;
}

}  // namespace seekd::bench
