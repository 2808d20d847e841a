#include "fetcher/broker/session.h"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fetcher/broker/broker.h"

namespace seekd::fetcher {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds message_timeout{10};  // to send a request, and to take a reply
constexpr std::uint32_t header_bytes_max = 8 * 1024;
constexpr std::size_t drain_bytes = 4096;
constexpr std::size_t first_bytes_max = 16 * 1024;

bool is_writing_end(const Descriptor& descriptor) {
  struct stat status{};
  if (fstat(descriptor.get(), &status) != 0 || !S_ISFIFO(status.st_mode)) return false;
  return (fcntl(descriptor.get(), F_GETFL) & O_ACCMODE) == O_WRONLY;
}

// memfd_create(2): nobody can change it or its length any more, so that it is what was announced
// when the worker reads it, and no file.
bool is_sealed_memory(const Descriptor& descriptor, std::uint64_t bytes) {
  constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  struct stat status{};
  if (fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const int sealed = fcntl(descriptor.get(), F_GET_SEALS);
  return sealed >= 0 && (sealed & seals) == seals &&
         static_cast<std::uint64_t>(status.st_size) == bytes;
}

}  // namespace

Session::Session(Broker& broker, asio::local::stream_protocol::socket socket)
    : broker_(broker), socket_(std::move(socket)), timer_(socket_.get_executor()) {
  parser_.body_limit(notice_request_bytes_max);
  parser_.header_limit(header_bytes_max);
}

Session::~Session() {
  broker_.session_ended();
}

void Session::limit_time() {
  timer_.expires_after(message_timeout);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    error_code ignored;
    if (const auto self = weak.lock(); self && !error) self->socket_.close(ignored);
  });
}

void Session::start() {
  limit_time();
  socket_.async_wait(asio::local::stream_protocol::socket::wait_read,
                     [self = shared_from_this()](error_code error) {
                       if (!error) self->read_request();
                     });
}

// The first bytes by hand: what travels beside them would be lost to Beast.
void Session::read_request() {
  const auto room = buffer_.prepare(first_bytes_max);
  const ssize_t got =
      receive_with_descriptors(socket_.native_handle(), room.data(), room.size(), passed_);
  if (got <= 0) return;
  buffer_.commit(static_cast<std::size_t>(got));
  http::async_read(socket_, buffer_, parser_,
                   [self = shared_from_this()](error_code error, std::size_t) {
                     self->timer_.cancel();
                     self->dispatch(error);
                   });
}

void Session::dispatch(error_code error) {
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return refuse(http::status::payload_too_large, "the request is too large");
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream) {
    return refuse(http::status::bad_request, "not HTTP: " + error.message());
  }
  if (error) return;
  const auto& request = parser_.get();
  if (request.target() == "/notice") {
    if (request.method() == http::verb::post) return begin_notice(request.body());
    return refuse(http::status::method_not_allowed, "POST /notice is the only method");
  }
  if (request.body().size() > request_bytes_max) {
    return refuse(http::status::payload_too_large, "the request is too large");
  }
  if (request.target() == "/fetch") {
    if (request.method() == http::verb::post) return begin_fetch(request.body());
    return refuse(http::status::method_not_allowed, "POST /fetch is the only method");
  }
  if (request.target() == "/download") {
    if (request.method() == http::verb::post) return begin_download(request.body());
    return refuse(http::status::method_not_allowed, "POST /download is the only method");
  }
  if (request.target() == "/search") {
    if (request.method() == http::verb::post) return begin_search(request.body());
    return refuse(http::status::method_not_allowed, "POST /search is the only method");
  }
  if (request.target() == "/upstream") {
    if (request.method() == http::verb::post) return begin_upstream(request.body());
    return refuse(http::status::method_not_allowed, "POST /upstream is the only method");
  }
  if (request.target() == "/status") {
    if (request.method() == http::verb::get) {
      return respond(http::status::ok, "application/json", broker_.status_json());
    }
    return refuse(http::status::method_not_allowed, "GET /status is the only method");
  }
  if (request.target() == "/selftest") {
    if (request.method() == http::verb::post) return begin_self_test();
    return refuse(http::status::method_not_allowed, "POST /selftest is the only method");
  }
  refuse(http::status::not_found,
         "there are POST /fetch, POST /download, POST /search, POST /upstream, POST /notice, POST "
         "/selftest and GET /status");
}

void Session::begin_fetch(const std::string& body) {
  const auto request = parse_fetch_request(body);
  if (!request) return refuse(http::status::bad_request, request.error().message);
  fetch_ = broker_.fetch(*request, [self = shared_from_this()](const FetchResult& result) {
    self->reply_with(result);
  });
  watch_for_end();
}

// A pipe's writing end can be used for nothing but to fill the pipe: the worker is handed no file.
void Session::begin_download(const std::string& body) {
  const auto request = parse_download_request(body);
  if (!request) return refuse(http::status::bad_request, request.error().message);
  Descriptor& sink = passed_.descriptors.front();
  if (!is_writing_end(sink)) {
    return refuse(http::status::bad_request,
                  "the writing end of a pipe has to come with the first byte (SCM_RIGHTS)");
  }
  fetch_ = broker_.download(
      *request, std::move(sink),
      [self = shared_from_this()](const FetchResult& result) { self->reply_with(result); });
  watch_for_end();
}

void Session::begin_search(const std::string& body) {
  const auto request = parse_search_request(body);
  if (!request) return refuse(http::status::bad_request, request.error().message);
  fetch_ = broker_.search(*request, [self = shared_from_this()](const FetchResult& result) {
    self->reply_with(result);
  });
  watch_for_end();
}

void Session::begin_upstream(const std::string& body) {
  const auto request = parse_upstream_request(body);
  if (!request) return refuse(http::status::bad_request, request.error().message);
  auto& [sink, memory, unused] = passed_.descriptors;
  if (!is_writing_end(sink)) {
    return refuse(http::status::bad_request,
                  "the writing end of a pipe has to come with the first byte (SCM_RIGHTS)");
  }
  if (request->body_bytes > 0 && !is_sealed_memory(memory, request->body_bytes)) {
    return refuse(http::status::bad_request,
                  "a sealed memfd of body_bytes has to come with the first byte (SCM_RIGHTS)");
  }
  if (request->body_bytes == 0) memory.reset();
  fetch_ = broker_.upstream(
      *request, std::move(sink), std::move(memory),
      [self = shared_from_this()](const FetchResult& result) { self->reply_with(result); });
  watch_for_end();
}

void Session::begin_notice(const std::string& body) {
  const auto request = parse_notice_request(body);
  if (!request) return refuse(http::status::bad_request, request.error().message);
  fetch_ = broker_.notify(*request, [self = shared_from_this()](const FetchResult& result) {
    self->reply_with(result);
  });
  watch_for_end();
}

void Session::begin_self_test() {
  broker_.self_test([self = shared_from_this()](std::string report) {
    self->respond(http::status::ok, "application/json", std::move(report));
  });
}

// A client has nothing more to send: what can be read is its end. One that only shuts its writing
// side down is taken as gone.
void Session::watch_for_end() {
  socket_.async_wait(
      asio::local::stream_protocol::socket::wait_read, [weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        const auto fetch = self ? self->fetch_.lock() : nullptr;
        if (error || !fetch) return;
        char byte = 0;
        const ssize_t got =
            recv(self->socket_.native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
        if (got > 0) return;  // more than one request: it is not read, and the end no longer seen
        self->broker_.count_cancelled();
        fetch->cancel();
      });
}

void Session::reply_with(const FetchResult& result) {
  fetch_.reset();
  const bool content = result.reply.page || result.reply.outcome == FetchOutcome::answered;
  std::string lines = verdict_line(result.reply) + '\n';
  if (content) lines += result.content + '\n';
  respond(http::status::ok, content ? "application/x-ndjson" : "application/json",
          std::move(lines));
}

void Session::refuse(http::status status, std::string_view message) {
  respond(status, "application/json",
          boost::json::serialize(boost::json::object{{"error", message}}));
}

void Session::respond(http::status status, std::string_view content_type, std::string body) {
  response_.result(status);
  response_.set(http::field::content_type, {content_type.data(), content_type.size()});
  response_.body() = std::move(body);
  response_.keep_alive(false);
  response_.prepare_payload();
  limit_time();
  http::async_write(socket_, response_, [self = shared_from_this()](error_code, std::size_t) {
    error_code ignored;
    self->socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    self->buffer_.clear();
    self->drain();
  });
}

// A client that is still sending what was refused would lose the reply if the socket were closed on
// it.
void Session::drain() {
  socket_.async_read_some(buffer_.prepare(drain_bytes),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (!error) return self->drain();
                            self->timer_.cancel();
                          });
}

}  // namespace seekd::fetcher
