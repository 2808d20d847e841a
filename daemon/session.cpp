#include "daemon/session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include "daemon/api/api_error.h"
#include "daemon/session_request.h"

namespace seekd::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::uint32_t header_bytes_max = 16 * 1024;
constexpr std::size_t pipelined_bytes_max = 64 * 1024;  // read ahead while an answer is made
constexpr std::size_t buffer_bytes_max = header_bytes_max + pipelined_bytes_max;
constexpr std::size_t piece_bytes = 4096;
constexpr std::chrono::seconds linger_time{5};
constexpr std::chrono::seconds greeting_time{10};

HttpResponse bad_request(std::string why) {
  return to_response({400, "bad_request", std::move(why), "", std::nullopt});
}

HttpResponse too_large(int status, std::string_view what, std::size_t bytes_max,
                       std::string_view option) {
  return to_response({status, "too_large",
                      fmt::format("the {} is larger than {} bytes{}", what, bytes_max, option), "",
                      std::nullopt});
}

}  // namespace

Session::Session(Socket socket, Settings settings)
    : stream_(std::move(socket), settings.tls),
      settings_(std::move(settings)),
      timer_(stream_.get_executor()),
      buffer_(buffer_bytes_max) {}

void Session::start() {
  stream_.is_tls() ? greet() : receive();
}

void Session::greet() {
  phase_ = Phase::greeting;
  arm(std::min(greeting_time, settings_.timeout));
  stream_.async_handshake([self = shared_from_this()](const auto& error) {
    if (self->phase_ != Phase::greeting) return;
    if (error) {
      spdlog::info("a TLS handshake failed: {}", error.message());
      return self->close();
    }
    self->settings_.connection.certificate_names = self->stream_.client_names();
    self->receive();
  });
}

void Session::stop() {
  then_ = Then::close;
  stopping_ = true;
  if (phase_ != Phase::answering) close();
}

void Session::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  disarm();
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
  if (const auto request = std::exchange(request_, nullptr)) {
    request->caller_gone();
    request->over();
  }
  std::exchange(closed_, nullptr)();
}

void Session::receive() {
  phase_ = Phase::receiving;
  if (ended_ && buffer_.size() == 0) return close();
  request_.reset();
  complete_ = false;
  parser_.emplace();
  parser_->header_limit(header_bytes_max);
  parser_->body_limit(settings_.body_bytes_max);
  arm(settings_.timeout);
  http::async_read_header(
      stream_, buffer_, *parser_,
      beast::bind_front_handler(
          [self = shared_from_this()](const auto& error, std::size_t) { self->on_header(error); }));
}

void Session::on_header(const boost::system::error_code& error) {
  if (phase_ != Phase::receiving) return;
  if (error) return refuse(error);
  if (settings_.turned_away) return refuse(*settings_.turned_away);
  if (std::string why = flaw(); !why.empty()) return refuse(bad_request(std::move(why)));
  if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
    // RFC 9110 §10.1.1: the caller waits for this before it sends the body.
    asio::async_write(stream_, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")),
                      [self = shared_from_this()](const auto& failed, std::size_t) {
                        failed ? self->close() : self->receive_body();
                      });
    return;
  }
  receive_body();
}

// What another server on the way could read as another request (request smuggling).
std::string Session::flaw() const {
  const auto& message = parser_->get();
  const auto count = [&](http::field name) {
    const auto [begin, end] = message.equal_range(name);
    return std::distance(begin, end);
  };
  // RFC 9112 §3.2
  const auto hosts = count(http::field::host);
  if (hosts > 1) return "the request names more than one Host";
  if (hosts == 0 && message.version() >= 11) return "the request names no Host";
  // RFC 9112 §6.1, §6.3: no other coding is served, and HTTP/1.0 has none.
  const auto codings = count(http::field::transfer_encoding);
  if (codings == 0) return "";
  const bool chunked = beast::iequals(message[http::field::transfer_encoding], "chunked");
  if (codings == 1 && chunked && message.version() >= 11) return "";
  return "Transfer-Encoding is served as 'chunked' alone, and in HTTP/1.1";
}

void Session::receive_body() {
  if (phase_ != Phase::receiving) return;
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](const auto& error, std::size_t) { self->on_body(error); });
}

void Session::on_body(const boost::system::error_code& error) {
  if (phase_ != Phase::receiving) return;
  if (error) return refuse(error);
  dispatch();
}

// What was read is no request that is served; nothing after it can be trusted to be one.
void Session::refuse(const boost::system::error_code& error) {
  if (error == http::error::body_limit) {
    return refuse(too_large(413, "body", settings_.body_bytes_max, " (daemon.request_bytes_max)"));
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refuse(too_large(431, "header", header_bytes_max, ""));
  }
  const bool is_http_error =
      error.category() == make_error_code(http::error::bad_method).category();
  if (!is_http_error || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return close();
  }
  refuse(bad_request("this is no HTTP/1.1 request: " + error.message()));
}

void Session::refuse(HttpResponse response) {
  then_ = Then::close;
  phase_ = Phase::answering;
  request_ = std::make_shared<Request>(shared_from_this(), parser_->get());
  request_->respond(std::move(response));
}

void Session::dispatch() {
  disarm();
  phase_ = Phase::answering;
  const auto& message = parser_->get();
  if (!message.keep_alive()) then_ = Then::close;
  request_ = std::make_shared<Request>(shared_from_this(), message);
  if (!request_->readable()) {
    return request_->respond(bad_request("the request's target is no path"));
  }
  watch();
  settings_.handler(request_);
}

void Session::write(std::string bytes) {
  if (phase_ == Phase::closed || bytes.empty()) return;
  out_.push_back(std::move(bytes));
  if (out_.size() == 1) write_next();
}

void Session::write_next() {
  arm(settings_.timeout);
  asio::async_write(stream_, asio::buffer(out_.front()),
                    [self = shared_from_this()](const auto& error, std::size_t) {
                      if (self->phase_ == Phase::closed) return;
                      if (error) return self->close();
                      self->disarm();
                      self->out_.pop_front();
                      if (!self->out_.empty()) return self->write_next();
                      if (self->complete_) self->answered();
                    });
}

void Session::answered() {
  request_->over();
  request_.reset();
  phase_ = Phase::receiving;
  if (stopping_) return close();
  if (then_ == Then::close) return linger();
  watching_ ? stop_watching() : receive();
}

// RFC 9112 §9.6: closing with bytes unread would reset the connection, and the caller might never
// see the reply.
void Session::linger() {
  if (ended_) return close();
  phase_ = Phase::lingering;
  arm(linger_time);
  if (stream_.is_tls()) return watching_ ? stop_watching() : say_goodbye();
  boost::system::error_code ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  if (!watching_) watch();
}

// RFC 8446 §6.1: without it the client could not tell a whole reply from one that was cut. What it
// sends all the same is dropped below TLS.
void Session::say_goodbye() {
  stream_.async_shutdown([self = shared_from_this()](const auto&) {
    if (self->phase_ == Phase::closed) return;
    self->stream_.end_tls();
    self->linger();
  });
}

void Session::watch() {
  if (phase_ == Phase::lingering) buffer_.clear();
  if (buffer_.size() >= pipelined_bytes_max) return;
  watching_ = true;
  stream_.async_read_some(
      buffer_.prepare(piece_bytes),
      asio::bind_cancellation_slot(
          stop_watching_.slot(), [self = shared_from_this()](const auto& error, std::size_t bytes) {
            self->on_watched(error, bytes);
          }));
}

// TLS takes no notice of the slot; to it, a read that was stopped is one that had nothing to read.
void Session::stop_watching() {
  boost::system::error_code ignored;
  if (stream_.is_tls()) stream_.socket().cancel(ignored);
  stop_watching_.emit(asio::cancellation_type::total);
}

void Session::on_watched(const boost::system::error_code& error, std::size_t bytes) {
  watching_ = false;
  buffer_.commit(bytes);
  ended_ = ended_ || error == asio::error::eof;
  switch (phase_) {
    case Phase::receiving:  // the answer was complete first
      if (error && !ended_ && error != asio::error::operation_aborted) return close();
      return receive();
    case Phase::answering:
      if (!error) return watch();
      return ended_ ? await_hangup() : close();
    case Phase::lingering:
      if (stream_.is_tls()) return say_goodbye();
      return error ? close() : watch();
    case Phase::greeting:
    case Phase::closed:
      return;
  }
}

// Sent is what was sent, and is answered, unless the caller has gone altogether.
void Session::await_hangup() {
  if (!std::exchange(awaiting_hangup_, true)) {
    stream_.socket().async_wait(Socket::wait_error, [self = shared_from_this()](const auto& error) {
      self->awaiting_hangup_ = false;
      if (!error && self->phase_ == Phase::answering) self->await_hangup();
    });
  }
  // After the wait has begun: what comes between the two is seen by one of them.
  pollfd state{stream_.socket().native_handle(), 0, 0};
  if (poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0) close();
}

void Session::arm(std::chrono::seconds timeout) {
  timer_.expires_after(timeout);
  timer_.async_wait([self = shared_from_this()](const auto& error) {
    // A wait that was armed anew after it had passed comes here too.
    const bool passed = self->timer_.expiry() <= std::chrono::steady_clock::now();
    if (!error && passed) self->close();
  });
}

void Session::disarm() {
  timer_.expires_at(std::chrono::steady_clock::time_point::max());
}

}  // namespace seekd::daemon
