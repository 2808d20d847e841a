// The connector against real sockets: listeners on loopback addresses, one of them with its queue
// full, so that the kernel leaves what connects to it without an answer.
#include "fetcher/broker/connector.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fcntl.h>

#include "fetcher/broker/socket_address.h"

using namespace seekd;
using namespace seekd::fetcher;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using policy::IpAddress;

namespace {

using Outcome = std::expected<Descriptor, Refusal>;

IpAddress address(const std::string& text) {
  return policy::parse_address(text).value();
}

std::vector<IpAddress> addresses(const std::vector<std::string>& texts) {
  std::vector<IpAddress> result;
  for (const auto& text : texts) result.push_back(address(text));
  return result;
}

// A listener whose queue is full: what else connects waits.
struct Silent {
  Silent(asio::io_context& io, const std::string& at, std::uint16_t port)
      : listener(io), first(io), second(io) {
    const auto endpoint = endpoint_of(address(at), port);
    listener.open(endpoint.protocol());
    listener.set_option(tcp::acceptor::reuse_address(true));
    listener.bind(endpoint);
    listener.listen(0);
    for (tcp::socket* filler : {&first, &second}) {
      filler->open(endpoint.protocol());
      filler->native_non_blocking(true);  // Asio's own connect() would wait
      const auto full = listener.local_endpoint();
      ::connect(filler->native_handle(), full.data(), static_cast<socklen_t>(full.size()));
    }
  }
  tcp::acceptor listener;
  tcp::socket first, second;
};

struct Connected {
  Outcome outcome;
  std::chrono::milliseconds took;
};

Connected connect(asio::io_context& io, const std::vector<std::string>& to, std::uint16_t port,
                  std::chrono::milliseconds timeout = 5s) {
  std::optional<Outcome> outcome;
  const auto begun = std::chrono::steady_clock::now();
  const auto connector = std::make_shared<Connector>(
      io, Connect{addresses(to), port}, [&](Outcome result) { outcome = std::move(result); });
  connector->start(timeout);
  CHECK_FALSE(outcome.has_value());  // never inside the call
  while (!outcome) io.run_one();
  const auto took = std::chrono::steady_clock::now() - begun;
  return {*std::move(outcome), std::chrono::duration_cast<std::chrono::milliseconds>(took)};
}

// What else the machine does takes its time in one run, not in the quickest of five.
std::chrono::milliseconds least_time(asio::io_context& io, const std::vector<std::string>& to,
                                     std::uint16_t port) {
  std::chrono::milliseconds least = 5s;
  for (int run = 0; run < 5; ++run) least = std::min(least, connect(io, to, port).took);
  return least;
}

std::string peer_of(const Outcome& outcome) {
  REQUIRE(outcome);
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  REQUIRE(getpeername(outcome->get(), reinterpret_cast<sockaddr*>(&storage), &size) == 0);
  return to_string(address_of(reinterpret_cast<const sockaddr*>(&storage)).value());
}

tcp::acceptor listening(asio::io_context& io, const std::string& at, std::uint16_t port = 0) {
  return {io, endpoint_of(address(at), port)};
}

}  // namespace

TEST_CASE("the families take turns, IPv6 first, each in its own order (RFC 8305 §4)") {
  CHECK(interleaved(addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"})) ==
        addresses({"2001:db8::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  CHECK(interleaved(addresses({"2001:db8::2", "192.0.2.1", "2001:db8::1"})) ==
        addresses({"2001:db8::2", "192.0.2.1", "2001:db8::1"}));
  CHECK(interleaved({}).empty());
}

TEST_CASE(
    "an address that is silent is joined by the next after 250 ms, and the first that stands "
    "wins") {
  asio::io_context io;
  const auto good = listening(io, "127.0.0.2");
  const std::uint16_t port = good.local_endpoint().port();
  const Silent silent(io, "127.0.0.1", port);
  const auto connected = connect(io, {"127.0.0.1", "127.0.0.2"}, port);
  CHECK(peer_of(connected.outcome) == "127.0.0.2");
  CHECK(connected.took >= Connector::attempt_delay);
}

TEST_CASE("an address that refuses does not keep the next waiting") {
  asio::io_context io;
  const auto good = listening(io, "127.0.0.2");
  const std::vector<std::string> addresses{"127.0.0.1", "::1", "127.0.0.2"};
  const std::uint16_t port = good.local_endpoint().port();
  CHECK(peer_of(connect(io, addresses, port).outcome) == "127.0.0.2");
  CHECK(least_time(io, addresses, port) < Connector::attempt_delay);
}

TEST_CASE("an address that answers late still wins where nobody else does") {
  asio::io_context io;
  auto silent = std::make_unique<Silent>(io, "127.0.0.1", 0);
  const std::uint16_t port = silent->listener.local_endpoint().port();
  // Its queue has room after a while; the kernel sends the connection request again after 1 s.
  asio::steady_timer later(io, 400ms);
  later.async_wait([&](boost::system::error_code) { silent->listener.accept().close(); });
  const auto connected = connect(io, {"127.0.0.1", "127.0.0.2"}, port);
  CHECK(peer_of(connected.outcome) == "127.0.0.1");
  CHECK(connected.took > 400ms);
}

TEST_CASE("the losers are closed") {
  asio::io_context io;
  const auto good = listening(io, "127.0.0.2");
  const std::uint16_t port = good.local_endpoint().port();
  const Silent silent(io, "127.0.0.1", port);
  const auto open_descriptors = [] {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd) count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
  };
  const int before = open_descriptors();
  const auto connected = connect(io, {"127.0.0.1", "127.0.0.2"}, port);
  REQUIRE(connected.outcome);
  CHECK(open_descriptors() == before + 1);
}

TEST_CASE("where nobody answers, it ends at its time and says what was tried") {
  asio::io_context io;
  const Silent silent(io, "127.0.0.1", 0);
  const auto connected = connect(io, {"127.0.0.1"}, silent.listener.local_endpoint().port(), 300ms);
  REQUIRE_FALSE(connected.outcome);
  CHECK(connected.outcome.error().reason == policy::EgressReason::connect_failed);
  CHECK_THAT(connected.outcome.error().detail, Catch::Contains("1 of 1 tried"));
  CHECK(connected.took >= 300ms);
}

TEST_CASE("where everybody refuses, it ends at once") {
  asio::io_context io;
  std::uint16_t port = 0;
  {
    const auto gone = listening(io, "127.0.0.1");
    port = gone.local_endpoint().port();
  }
  const std::vector<std::string> addresses{"127.0.0.1", "127.0.0.2", "::1"};
  const auto connected = connect(io, addresses, port);
  REQUIRE_FALSE(connected.outcome);
  CHECK(connected.outcome.error().reason == policy::EgressReason::connect_failed);
  CHECK(least_time(io, addresses, port) < Connector::attempt_delay);
}

TEST_CASE("one that is taken back tells nobody") {
  asio::io_context io;
  const auto good = listening(io, "127.0.0.1");
  bool told = false;
  const auto connector = std::make_shared<Connector>(
      io, Connect{addresses({"127.0.0.1"}), good.local_endpoint().port()},
      [&](const Outcome&) { told = true; });
  connector->start(1s);
  connector->cancel();
  io.run();
  CHECK_FALSE(told);
}
