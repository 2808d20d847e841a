// HttpCrowd: visitors of one HTTP/1.1 server, each with a connection of its own that is kept, and
// one request on its way at a time.
//
// One thread, which runs the io_context. A connection that breaks is told as a reply without a
// status, and made anew for the next request.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

namespace seekd::bench {

struct HttpReply {
  int status = 0;  // 0: the connection broke
  std::string body;
  std::chrono::steady_clock::duration first{};  // from the request until the header was there
  std::chrono::steady_clock::duration whole{};
};

class HttpCrowd {
 public:
  using Server = boost::asio::generic::stream_protocol::endpoint;

  struct Visitor {
    std::function<std::optional<std::string>()> next;  // a whole request; nullopt: it goes
    std::function<void(const HttpReply&)> on_reply;
    std::chrono::milliseconds pause{0};  // before each request but the first
  };

  HttpCrowd(boost::asio::io_context& io, Server server) : io_(io), server_(std::move(server)) {}

  // It begins when the io_context runs, and keeps it running until it goes.
  void add(Visitor visitor);

 private:
  class Visit;

  boost::asio::io_context& io_;
  const Server server_;
};

HttpCrowd::Server unix_server(const std::string& socket);
HttpCrowd::Server loopback_server(unsigned short port);

// `key`: an API key, "" for none.
std::string get_request(const std::string& target, const std::string& key = "");
std::string post_request(const std::string& target, const std::string& body,
                         const std::string& key = "");

// One request, waited for.
HttpReply ask_once(const HttpCrowd::Server& server, std::string request);

}  // namespace seekd::bench
