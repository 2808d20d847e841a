#include "fetcher/broker/resolver.h"

#include <boost/asio/ip/udp.hpp>
#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

Addresses resolved(asio::io_context& io, Resolver& resolver, const std::string& host) {
  std::optional<Addresses> result;
  io.restart();
  resolver.resolve(host, [&](Addresses addresses) { result = std::move(addresses); });
  CHECK_FALSE(result.has_value());  // never inside the call
  while (!result) io.run_one();
  return *result;
}

}  // namespace

TEST_CASE("a list of servers that is none is an error that names it") {
  asio::io_context io;
  const auto resolver = Resolver::create(io, {"not-an-address"}, 1s);
  REQUIRE_FALSE(resolver);
  CHECK_THAT(resolver.error().message, Catch::Matchers::Contains("not-an-address"));
}

TEST_CASE("configured servers are those that are asked, with their ports") {
  asio::io_context io;
  const auto resolver =
      Resolver::create(io, {"192.0.2.1", "192.0.2.2:5353", "[2001:db8::1]:54"}, 1s);
  REQUIRE(resolver);
  CHECK((*resolver)->server_ports() == std::vector<std::uint16_t>{53, 5353, 54});
}

TEST_CASE("a server that is silent ends in a timeout, within the time") {
  asio::io_context io;
  asio::ip::udp::socket silent(io, {asio::ip::address_v4::loopback(), 0});
  const auto server = "127.0.0.1:" + std::to_string(silent.local_endpoint().port());
  const auto resolver = Resolver::create(io, {server}, 300ms);
  REQUIRE(resolver);
  const auto begun = std::chrono::steady_clock::now();
  const auto addresses = resolved(io, **resolver, "docs.example.org");
  REQUIRE_FALSE(addresses);
  CHECK(addresses.error().reason == policy::EgressReason::resolve_timeout);
  CHECK(std::chrono::steady_clock::now() - begun < 5s);  // one try of c-ares by its own default
}

TEST_CASE("a server that is not there is known at once") {
  asio::io_context io;
  const auto gone =
      asio::ip::udp::socket(io, {asio::ip::address_v4::loopback(), 0}).local_endpoint();
  const auto resolver = Resolver::create(io, {"127.0.0.1:" + std::to_string(gone.port())}, 5s);
  REQUIRE(resolver);
  const auto addresses = resolved(io, **resolver, "docs.example.org");
  REQUIRE_FALSE(addresses.has_value());
  CHECK(addresses.error().reason == policy::EgressReason::resolve_failed);  // no timeout
}

TEST_CASE(
    "localhost and names below it are 127.0.0.1, and no server is asked (RFC 6761 section 6.3)") {
  asio::io_context io;
  asio::ip::udp::socket server(io, {asio::ip::address_v4::loopback(), 0});
  const auto address = "127.0.0.1:" + std::to_string(server.local_endpoint().port());
  const auto resolver = Resolver::create(io, {address}, 300ms);
  REQUIRE(resolver);
  for (const std::string host : {"localhost", "docs.localhost"}) {
    const auto addresses = resolved(io, **resolver, host);
    REQUIRE(addresses);
    REQUIRE(addresses->size() == 1);
    CHECK(policy::to_string(addresses->front()) == "127.0.0.1");
  }
  CHECK(server.available() == 0);
  CHECK_FALSE(resolved(io, **resolver, "notlocalhost"));
}

TEST_CASE("a query that still runs at the end is let go") {
  asio::io_context io;
  asio::ip::udp::socket silent(io, {asio::ip::address_v4::loopback(), 0});
  const auto server = "127.0.0.1:" + std::to_string(silent.local_endpoint().port());
  const auto resolver = Resolver::create(io, {server}, 10s);
  REQUIRE(resolver);
  int answers = 0;
  (*resolver)->resolve("docs.example.org", [&](const Addresses&) { ++answers; });
  io.run_for(50ms);
  CHECK(answers == 0);
}
