#include "fetcher/client.h"

#include <filesystem>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// A fetcher that answers one request with the given bytes, or never ("").
class Peer {
 public:
  explicit Peer(std::string answer)
      : path_(std::filesystem::temp_directory_path() /
              ("seekd-client-test-" + std::to_string(getpid()))),
        acceptor_(io_, (std::filesystem::remove(path_),
                        asio::local::stream_protocol::endpoint(path_.native()))),
        thread_([this, answer = std::move(answer)] { serve(answer); }) {}
  ~Peer() {
    thread_.join();
    std::filesystem::remove(path_);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  void serve(const std::string& answer) {
    auto socket = acceptor_.accept();
    boost::system::error_code error;
    std::string request;
    asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", error);
    asio::write(socket, asio::buffer(answer), error);
    if (answer.empty()) socket.read_some(asio::buffer(request), error);  // until the client goes
    while (!error && answer.empty()) socket.read_some(asio::buffer(request), error);
  }

  std::filesystem::path path_;
  asio::io_context io_;
  asio::local::stream_protocol::acceptor acceptor_;
  std::thread thread_;
};

std::string http_reply(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

const FetchRequest request{"https://docs.example.org/", policy::Provenance::user, "", "", ""};

Result<FetchReply> fetched(const std::filesystem::path& socket,
                           std::chrono::milliseconds timeout = 5s) {
  asio::io_context io;
  FetcherClient client(io.get_executor(), socket, 1000);
  std::vector<Result<FetchReply>> replies;
  client.fetch(request, timeout,
               [&](Result<FetchReply> reply) { replies.push_back(std::move(reply)); });
  CHECK(replies.empty());  // never inside the call
  io.run();
  REQUIRE(replies.size() == 1);
  return replies.front();
}

}  // namespace

TEST_CASE("a reply of the fetcher arrives") {
  FetchReply reply;
  reply.outcome = FetchOutcome::refused;
  reply.reason = policy::EgressReason::robots_denied;
  reply.message = "no";
  const Peer peer(http_reply(to_json(reply)));
  CHECK(fetched(peer.path()) == reply);
}

TEST_CASE("the fetcher's status arrives as it was sent, or not at all") {
  const auto status_of = [](const std::filesystem::path& socket) {
    asio::io_context io;
    FetcherClient client(io.get_executor(), socket, 1000);
    Result<std::string> status = fail(ErrorCode::internal, "nothing came");
    client.status(5s, [&](Result<std::string> text) { status = std::move(text); });
    io.run();
    return status;
  };
  {
    const Peer peer(http_reply(R"({"requests":1})"));
    CHECK(status_of(peer.path()) == R"({"requests":1})");
  }
  {
    const Peer peer(http_reply(std::string(100'000, ' ')));
    CHECK(status_of(peer.path()).error().code == ErrorCode::too_large);
  }
  CHECK(status_of("/nonexistent/fetcher.sock").error().code == ErrorCode::unavailable);
}

TEST_CASE("no fetcher behind the socket is unavailable, and the message names socket and remedy") {
  const auto reply = fetched("/nonexistent/fetcher.sock");
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ErrorCode::unavailable);
  CHECK_THAT(reply.error().message, Catch::Matchers::Contains("/nonexistent/fetcher.sock"));
  CHECK_THAT(reply.error().message, Catch::Matchers::Contains("start seekd-fetcher"));
}

TEST_CASE("a fetcher that breaks off is unavailable, one that is silent a timeout") {
  {
    const Peer peer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    CHECK(fetched(peer.path()).error().code == ErrorCode::unavailable);
  }
  const Peer silent("");
  CHECK(fetched(silent.path(), 100ms).error().code == ErrorCode::timeout);
}

TEST_CASE("a reply over the limit, and one that is none, are errors") {
  {
    const Peer peer("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n{");
    CHECK(fetched(peer.path()).error().code == ErrorCode::too_large);
  }
  {
    const Peer peer(http_reply("{}\n"));
    CHECK(fetched(peer.path()).error().code == ErrorCode::invalid_argument);
  }
  const Peer peer(http_reply(R"({"error":"no"})", "400 Bad Request"));
  CHECK(fetched(peer.path()).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a fetch that is cancelled ends once, as cancelled") {
  const Peer silent("");
  asio::io_context io;
  FetcherClient client(io.get_executor(), silent.path(), 1000);
  std::vector<ErrorCode> ends;
  const auto handle = client.fetch(
      request, 5s, [&](Result<FetchReply> reply) { ends.push_back(reply.error().code); });
  io.run_for(50ms);
  handle->cancel();
  handle->cancel();
  CHECK(ends.empty());
  io.run();
  CHECK(ends == std::vector{ErrorCode::cancelled});
}
