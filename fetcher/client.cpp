#include "fetcher/client.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

namespace seekd::fetcher {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::size_t verdict_bytes_max = 600 * 1024;  // hops_max URLs and a message
constexpr std::size_t status_bytes_max = 64 * 1024;
constexpr std::uint32_t header_bytes_max = 8 * 1024;

using Body = Result<std::string>;

// One request and its reply's body; keeps itself alive through its handlers until `done_` has run.
class Exchange final : public FetchHandle, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(const asio::any_io_executor& executor, std::filesystem::path socket,
           std::function<void(Body)> done)
      : socket_(executor), timer_(executor), path_(std::move(socket)), done_(std::move(done)) {}

  void ask(std::string_view target, std::string json) {
    message_.method(http::verb::post);
    message_.target({target.data(), target.size()});
    message_.set(http::field::content_type, "application/json");
    message_.body() = std::move(json);
  }

  void ask_for_status() {
    message_.method(http::verb::get);
    message_.target("/status");
  }

  void ask_for_self_test() {
    message_.method(http::verb::post);
    message_.target("/selftest");
  }

  void start(std::chrono::milliseconds timeout, std::size_t body_bytes_max) {
    message_.set(http::field::host, "fetcher");
    message_.prepare_payload();
    parser_.body_limit(body_bytes_max);
    parser_.header_limit(header_bytes_max);
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this(), timeout](error_code error) {
      if (error) return;
      self->finish(fail(ErrorCode::timeout,
                        fmt::format("the fetcher did not answer within {} ms", timeout.count())));
    });
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->connect(); });
  }

  void cancel() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->finish(fail(ErrorCode::cancelled, "the fetch was taken back"));
    });
  }

 private:
  void connect() {
    if (!done_) return;
    if (path_.native().size() >= sizeof(sockaddr_un::sun_path)) {
      return finish(fail(ErrorCode::invalid_argument,
                         fmt::format("fetcher.socket '{}' is too long", path_.native())));
    }
    socket_.async_connect(asio::local::stream_protocol::endpoint(path_.native()),
                          [self = shared_from_this()](error_code error) { self->write(error); });
  }

  void write(error_code error) {
    if (error) return refuse_peer(error);
    http::async_write(
        socket_, message_,
        [self = shared_from_this()](error_code error, std::size_t) { self->read(error); });
  }

  void read(error_code error) {
    if (error) return refuse_peer(error);
    http::async_read(
        socket_, buffer_, parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->parse(error); });
  }

  void parse(error_code error) {
    if (error == http::error::body_limit) {
      return finish(fail(ErrorCode::too_large, "the fetcher's reply is over reply_bytes_max"));
    }
    if (error) return refuse_peer(error);
    auto& response = parser_.get();
    if (response.result() != http::status::ok) {
      return finish(fail(ErrorCode::invalid_argument,
                         fmt::format("the fetcher refused the request: {}", response.body())));
    }
    finish(std::move(response.body()));
  }

  void refuse_peer(error_code error) {
    finish(fail(ErrorCode::unavailable,
                fmt::format("no fetcher answers on '{}' ({}): start seekd-fetcher, and see that "
                            "both programs name the same fetcher.socket",
                            path_.native(), error.message())));
  }

  void finish(Body body) {
    if (!done_) return;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    std::exchange(done_, nullptr)(std::move(body));
  }

  asio::local::stream_protocol::socket socket_;
  asio::steady_timer timer_;
  std::filesystem::path path_;
  std::function<void(Body)> done_;
  http::request<http::string_body> message_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

}  // namespace

FetcherClient::FetcherClient(boost::asio::any_io_executor executor, std::filesystem::path socket,
                             std::size_t reply_bytes_max)
    : executor_(std::move(executor)),
      socket_(std::move(socket)),
      reply_bytes_max_(reply_bytes_max) {}

std::shared_ptr<FetchHandle> FetcherClient::fetch(const FetchRequest& request,
                                                  std::chrono::milliseconds timeout,
                                                  std::function<void(Result<FetchReply>)> done) {
  auto exchange =
      std::make_shared<Exchange>(executor_, socket_, [done = std::move(done)](const Body& body) {
        done(body ? parse_fetch_reply(*body) : std::unexpected(body.error()));
      });
  exchange->ask("/fetch", to_json(request));
  exchange->start(timeout, reply_bytes_max_ + verdict_bytes_max);
  return exchange;
}

std::shared_ptr<FetchHandle> FetcherClient::search(const SearchRequest& request,
                                                   std::chrono::milliseconds timeout,
                                                   std::function<void(Result<SearchReply>)> done) {
  auto exchange =
      std::make_shared<Exchange>(executor_, socket_, [done = std::move(done)](const Body& body) {
        done(body ? parse_search_reply(*body) : std::unexpected(body.error()));
      });
  exchange->ask("/search", to_json(request));
  exchange->start(timeout, search_line_bytes_max + verdict_bytes_max);
  return exchange;
}

std::shared_ptr<FetchHandle> FetcherClient::notify(const NoticeRequest& request,
                                                   std::chrono::milliseconds timeout,
                                                   std::function<void(Result<FetchReply>)> done) {
  auto exchange =
      std::make_shared<Exchange>(executor_, socket_, [done = std::move(done)](const Body& body) {
        done(body ? parse_fetch_reply(*body) : std::unexpected(body.error()));
      });
  exchange->ask("/notice", to_json(request));
  exchange->start(timeout, verdict_bytes_max);
  return exchange;
}

void FetcherClient::status(std::chrono::milliseconds timeout,
                           std::function<void(Result<std::string>)> done) {
  auto exchange = std::make_shared<Exchange>(executor_, socket_, std::move(done));
  exchange->ask_for_status();
  exchange->start(timeout, status_bytes_max);
}

void FetcherClient::self_test(std::chrono::milliseconds timeout,
                              std::function<void(Result<std::string>)> done) {
  auto exchange = std::make_shared<Exchange>(executor_, socket_, std::move(done));
  exchange->ask_for_self_test();
  exchange->start(timeout, status_bytes_max);
}

}  // namespace seekd::fetcher
