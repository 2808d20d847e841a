#include "tests/daemon/counted_door.h"

#include <chrono>

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <poll.h>

namespace seekd::daemon {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Local = boost::asio::local::stream_protocol;

bool has_gone(Local::socket& peer) {
  pollfd state{peer.native_handle(), POLLRDHUP, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP)) != 0;
}

}  // namespace

CountedDoor::CountedDoor(const std::filesystem::path& socket, Answer answer)
    : answer_(std::move(answer)),
      acceptor_(io_, Local::endpoint(socket.native())),
      thread_([this] { accept(); }) {}

CountedDoor::~CountedDoor() {
  ended_ = true;
  open();
  shutdown(acceptor_.native_handle(), SHUT_RDWR);
  thread_.join();
  for (std::thread& peer : peers_) peer.join();
}

void CountedDoor::hold() {
  held_ = true;
}

void CountedDoor::open() {
  held_ = false;
}

void CountedDoor::accept() {
  while (!ended_) {
    error_code error;
    Local::socket peer(io_);
    acceptor_.accept(peer, error);
    if (error) return;
    peers_.emplace_back([this, peer = std::move(peer)]() mutable { serve(std::move(peer)); });
  }
}

void CountedDoor::serve(Local::socket peer) {
  error_code error;
  boost::beast::flat_buffer buffer;
  http::request<http::string_body> request;
  http::read(peer, buffer, request, error);
  const auto asked = fetcher::parse_fetch_request(request.body());
  if (error || !asked) return;
  ++asked_;
  while (held_) {
    if (has_gone(peer)) {
      ++left_;
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  http::response<http::string_body> response;
  response.body() = to_json(answer_(*asked));
  response.prepare_payload();
  http::write(peer, response, error);
}

fetcher::FetchReply page_reply(const fetcher::FetchRequest& request, std::string text) {
  fetcher::FetchReply reply;
  reply.outcome = fetcher::FetchOutcome::page;
  reply.reason = policy::EgressReason::allowed;
  reply.http_status = 200;
  reply.hops = {request.url};
  reply.wire_bytes = text.size();
  FetchedPage page;
  page.url = page.final_url = request.url;
  page.requested_at = page.retrieved_at =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  page.headers.cache_control = "max-age=3600";
  page.headers.etag = "\"1\"";
  page.metadata.title = "Kestrel";
  page.body_bytes = text.size();
  page.blocks = {{BlockKind::paragraph, 0, std::move(text)}};
  reply.page = std::move(page);
  return reply;
}

fetcher::FetchReply confirming_reply(const fetcher::FetchRequest& request) {
  fetcher::FetchReply reply = page_reply(request, "");
  reply.outcome = fetcher::FetchOutcome::not_modified;
  reply.http_status = 304;
  reply.page->http_status = 304;
  reply.page->blocks.clear();
  reply.page->metadata = {};
  return reply;
}

}  // namespace seekd::daemon
