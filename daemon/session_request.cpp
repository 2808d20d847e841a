#include "daemon/session_request.h"

#include <sstream>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <spdlog/spdlog.h>

#include "daemon/services.h"

namespace seekd::daemon {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using Message = http::request<http::string_body>;

constexpr std::size_t logged_path_bytes_max = 100;

// The lines of a field of which one value may be given in several (RFC 9110 §5.3).
std::string joined(const Message& message, std::string_view name) {
  std::string values;
  const auto [first, last] = message.equal_range({name.data(), name.size()});
  for (auto field = first; field != last; ++field) {
    if (field != first) values += ',';
    values += std::string_view(field->value());
  }
  return values;
}

// Two parents are none (§3.2.4 of Trace Context: joined, they are not of the form).
policy::TraceContext trace_of(const Message& message) {
  constexpr std::uint8_t random = 0x02;
  auto trace =
      policy::parse_trace_context(joined(message, "traceparent"), joined(message, "tracestate"));
  if (!trace) trace = {random_hex(policy::trace_id_digits), "", random, ""};
  trace->span_id = random_hex(policy::span_id_digits);
  return *std::move(trace);
}

template <class AnyMessage>
std::string to_text(const AnyMessage& message) {
  std::ostringstream out;
  out << message;
  return std::move(out).str();
}

}  // namespace

Session::Request::Request(const std::shared_ptr<Session>& session, const Message& message)
    : session_(session), connection_(session->settings_.connection), version_(message.version()) {
  request_.method = message.method_string();
  request_.body = message.body();
  request_.authorization = message[http::field::authorization];
  request_.host = message[http::field::host];
  request_.origin = message[http::field::origin];
  request_.accept = message[http::field::accept];
  request_.mcp_session = message["Mcp-Session-Id"];
  request_.mcp_version = message["MCP-Protocol-Version"];
  request_.trace = trace_of(message);
  add_header("X-Request-Id", request_.trace.trace_id);
  add_header("traceresponse", policy::trace_parent(request_.trace));
  const auto target = boost::urls::parse_origin_form(message.target());
  if (!target) return;
  readable_ = true;
  request_.path = target->encoded_path();
  for (const auto& param : target->params()) request_.query.emplace_back(param.key, param.value);
}

std::shared_ptr<Session> Session::Request::open_session() const {
  auto session = session_.lock();
  return session && session->request_.get() == this && session->phase_ == Phase::answering
             ? session
             : nullptr;
}

void Session::Request::add_header(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
}

void Session::Request::respond(HttpResponse response) {
  gone_ = nullptr;
  const auto session = open_session();
  if (!session) return;
  status_ = response.status;
  http::response<http::string_body> message;
  message.version(version_);
  message.result(static_cast<unsigned>(response.status));
  message.set(http::field::content_type, response.content_type);
  if (!response.allow.empty()) message.set(http::field::allow, response.allow);
  if (response.retry_after) {
    message.set(http::field::retry_after, std::to_string(response.retry_after->count()));
  }
  for (const auto& [name, value] : headers_) message.set(name, value);
  message.keep_alive(session->then_ == Then::keep_alive);
  message.content_length(response.body.size());
  if (request_.method != "HEAD") message.body() = std::move(response.body);
  session->complete_ = true;
  session->write(to_text(message));
}

void Session::Request::begin_events() {
  const auto session = open_session();
  if (!session) return;
  status_ = 200;
  http::response<http::empty_body> message;
  message.version(version_);
  message.set(http::field::content_type, "text/event-stream; charset=utf-8");
  message.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : headers_) message.set(name, value);
  // HTTP/1.0 has no chunks: the end of the connection is the end of the reply.
  if (version_ < 11) session->then_ = Then::close;
  message.keep_alive(session->then_ == Then::keep_alive);
  if (version_ >= 11) message.chunked(true);
  session->write(to_text(message.base()));
}

void Session::Request::event(std::string_view data) {
  send_event("data: " + std::string(data) + "\n\n");
}

void Session::Request::named_event(std::string_view name, std::string_view data) {
  send_event("event: " + std::string(name) + "\ndata: " + std::string(data) + "\n\n");
}

void Session::Request::send_event(std::string text) {
  const auto session = open_session();
  if (!session) return;
  if (version_ >= 11) text = beast::buffers_to_string(http::make_chunk(boost::asio::buffer(text)));
  session->write(std::move(text));
}

void Session::Request::end_events() {
  gone_ = nullptr;
  const auto session = open_session();
  if (!session) return;
  session->complete_ = true;
  if (version_ >= 11) {
    session->write(beast::buffers_to_string(http::make_chunk_last()));
  } else if (session->out_.empty()) {
    session->answered();
  }
}

void Session::Request::caller_gone() {
  if (const auto gone = std::exchange(gone_, nullptr)) gone();
}

// One line, and not a word of a question: neither body nor query.
void Session::Request::over() {
  kept_.reset();
  if (const auto over = std::exchange(over_, nullptr)) over(status_);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun_);
  spdlog::info("{} {} {} {} ms caller={} outcome={} fetched={} trace_id={}", request_.method,
               std::string_view(request_.path).substr(0, logged_path_bytes_max), status_,
               took.count(), caller_.name.empty() ? "-" : caller_.name,
               log_.outcome.empty() ? "-" : log_.outcome, log_.pages_fetched,
               request_.trace.trace_id);
}

}  // namespace seekd::daemon
