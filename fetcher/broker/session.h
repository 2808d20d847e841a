// One connection of a client: one request, one reply, and the end. A client that goes takes its
// fetch back.
//
// One thread (the event loop's). Keeps itself alive through its handlers.
#pragma once

#include <memory>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "fetcher/broker/fetch.h"
#include "fetcher/passing.h"

namespace seekd::fetcher {

class Broker;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Broker& broker, boost::asio::local::stream_protocol::socket socket);
  ~Session();

  void start();

 private:
  void limit_time();
  void read_request();
  void dispatch(boost::system::error_code error);
  void begin_fetch(const std::string& body);
  void begin_download(const std::string& body);
  void begin_search(const std::string& body);
  void begin_upstream(const std::string& body);
  void begin_notice(const std::string& body);
  void begin_self_test();
  void watch_for_end();
  void reply_with(const FetchResult& result);
  void refuse(boost::beast::http::status status, std::string_view message);
  void respond(boost::beast::http::status status, std::string_view content_type, std::string body);
  void drain();

  Broker& broker_;
  boost::asio::local::stream_protocol::socket socket_;
  boost::asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_;
  Passed passed_;  // with the request's first byte
  boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  std::weak_ptr<Fetch> fetch_;
};

}  // namespace seekd::fetcher
