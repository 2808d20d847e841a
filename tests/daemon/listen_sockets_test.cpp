#include "daemon/listen_sockets.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/access/access_control.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

config::DaemonConfig listening_on(const std::filesystem::path& socket, std::string http = "") {
  config::DaemonConfig config;
  config.socket = socket;
  config.http_listen = std::move(http);
  return config;
}

std::string refusal(const config::DaemonConfig& config) {
  const auto sockets = open_listen_sockets(config);
  return sockets ? "" : sockets.error().message;
}

TEST_CASE("the socket's file is open to owner and group, and goes with it") {
  TemporaryFolder folder;
  const auto path = folder / "seekd.sock";
  {
    const auto sockets = open_listen_sockets(listening_on(path));
    REQUIRE(sockets);
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0660);
  }
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("a socket that nobody listens behind is replaced, a live one is not") {
  TemporaryFolder folder;
  const auto path = folder / "seekd.sock";
  const int left = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  REQUIRE(bind(left, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  close(left);
  const auto live = open_listen_sockets(listening_on(path));
  REQUIRE(live);
  const std::string second = refusal(listening_on(path));
  CHECK(second.contains(path.native()));
  CHECK(second.contains("daemon.socket"));
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("what is in the way is named with its remedy") {
  TemporaryFolder folder;
  const auto file = folder / "file";
  std::ofstream(file) << "precious";
  CHECK(refusal(listening_on(file)).contains(file.native()));
  CHECK(std::filesystem::file_size(file) == 8);
  CHECK(refusal(listening_on(folder / "absent/seekd.sock")).contains("absent/seekd.sock"));
  CHECK(refusal(listening_on(folder / std::string(200, 'x'))).contains("107"));
  for (const char* wrong : {"127.0.0.1", "127.0.0.1:x", "localhost:80", "127.0.0.1:99999", ":80"}) {
    INFO(wrong);
    CHECK(refusal(listening_on(folder / "seekd.sock", wrong)).contains("daemon.http_listen"));
  }
}

TEST_CASE("a port in use is named with the option that changes it") {
  TemporaryFolder folder;
  std::optional<std::vector<ListenSocket>> first;
  std::string where;
  for (int port = 18'017; !first && port < 18'117; ++port) {
    where = "127.0.0.1:" + std::to_string(port);
    auto sockets = open_listen_sockets(listening_on(folder / "first.sock", where));
    if (sockets) first = std::move(*sockets);
  }
  REQUIRE(first);
  CHECK(first->at(1).transport() == Transport::tcp);
  const std::string second = refusal(listening_on(folder / "second.sock", where));
  CHECK(second.contains(where));
  CHECK(second.contains("daemon.http_listen"));
  CHECK(!std::filesystem::exists(folder / "second.sock"));
}

// As systemd starts a service with one socket (sd_listen_fds(3)); the descriptor that stood in its
// place comes back.
class HandedOver {
 public:
  static constexpr int descriptor = 3;

  explicit HandedOver(int socket) : before_(dup(descriptor)) {
    REQUIRE(dup2(socket, descriptor) == descriptor);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "1", 1);
  }
  ~HandedOver() {
    if (before_ < 0) return;
    dup2(before_, descriptor);
    close(before_);
  }
  HandedOver(const HandedOver&) = delete;

 private:
  int before_;
};

TEST_CASE("sockets that systemd hands over are taken instead of our own") {
  TemporaryFolder folder;
  auto made = open_listen_sockets(listening_on(folder / "systemd.sock"));
  REQUIRE(made);
  {
    const HandedOver handed(made->at(0).descriptor());
    const auto sockets = open_listen_sockets(listening_on(folder / "own.sock"));
    REQUIRE(sockets);
    REQUIRE(sockets->size() == 1);
    CHECK(sockets->at(0).descriptor() == HandedOver::descriptor);
    CHECK(sockets->at(0).transport() == Transport::unix_socket);
    CHECK(sockets->at(0).place() == (folder / "systemd.sock").native());
    CHECK(!std::filesystem::exists(folder / "own.sock"));
  }
  CHECK(std::getenv("LISTEN_FDS") == nullptr);
  CHECK(std::filesystem::exists(folder / "systemd.sock"));
}

// Listening on a port that the kernel chooses.
int tcp_socket(in_addr_t address) {
  const int made = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(address);
  REQUIRE(bind(made, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
  REQUIRE(listen(made, 1) == 0);
  return made;
}

TEST_CASE("of TCP sockets that systemd hands over it is told which other hosts can reach") {
  TemporaryFolder folder;
  const int loopback = tcp_socket(INADDR_LOOPBACK);
  {
    const HandedOver handed(loopback);
    const auto sockets = open_listen_sockets(listening_on(folder / "own.sock"));
    REQUIRE(sockets);
    CHECK(sockets->at(0).transport() == Transport::tcp);
    CHECK(sockets->at(0).place().starts_with("127.0.0.1:"));
    CHECK(sockets->at(0).is_local());
  }
  const int everywhere = tcp_socket(INADDR_ANY);
  {
    const HandedOver handed(everywhere);
    const auto sockets = open_listen_sockets(listening_on(folder / "own.sock"));
    REQUIRE(sockets);
    CHECK_FALSE(sockets->at(0).is_local());
    config::Config config;
    const std::string why = AccessControl::create(config, *sockets).error().message;
    CHECK(why.contains("0.0.0.0:"));
    CHECK(why.contains("access.keys_file"));
    config.access.keys_file = "/nowhere";
    CHECK(AccessControl::create(config, *sockets).error().message.contains("tls.certificate"));
    config.access.plain_http = config::PlainHttp::behind_proxy;
    CHECK(AccessControl::create(config, *sockets).error().code == ErrorCode::not_found);
  }
  close(loopback);
  close(everywhere);
}

}  // namespace
}  // namespace seekd::daemon
