// What systemd would read on its socket.

#include "daemon/service_manager.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

// The socket that NOTIFY_SOCKET= names, and a watchdog of 20 ms.
class Systemd {
 public:
  Systemd() : descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const std::string place = folder_ / "notify";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, place.c_str());
    REQUIRE(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    setenv("NOTIFY_SOCKET", place.c_str(), 1);
    setenv("WATCHDOG_USEC", "20000", 1);
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  }
  ~Systemd() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
    close(descriptor_);
  }
  Systemd(const Systemd&) = delete;

  // What came since it was asked last.
  std::vector<std::string> told() {
    std::vector<std::string> messages;
    char bytes[4096];
    ssize_t got = 0;
    while ((got = recv(descriptor_, bytes, sizeof bytes, 0)) >= 0) {
      messages.emplace_back(bytes, static_cast<std::size_t>(got));
    }
    return messages;
  }

 private:
  TemporaryFolder folder_;
  int descriptor_;
};

// How often the watchdog was fed, until it was `enough` times or ten seconds have passed.
std::size_t feeds(boost::asio::io_context& io, Systemd& systemd, std::size_t enough) {
  std::size_t count = 0;
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (count < enough && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(5ms);
    for (const std::string& message : systemd.told()) count += message == "WATCHDOG=1" ? 1 : 0;
  }
  return count;
}

TEST_CASE("the watchdog is fed as long as seekd says that it is alive, and again when it does") {
  Systemd systemd;
  boost::asio::io_context io;
  bool alive = true;
  ServiceManager manager(io.get_executor(), [&] { return alive; });
  manager.started();
  CHECK(feeds(io, systemd, 3) >= 3);

  alive = false;
  (void)systemd.told();
  io.restart();
  io.run_for(200ms);  // ten times what systemd would wait
  CHECK(systemd.told().empty());

  alive = true;
  CHECK(feeds(io, systemd, 3) >= 3);
}

TEST_CASE("systemd is told in its words what becomes of seekd") {
  Systemd systemd;
  boost::asio::io_context io;
  ServiceManager manager(io.get_executor(), [] { return true; });
  manager.status("reading the model");
  manager.ready();
  manager.stopping(5s);
  CHECK(systemd.told() == std::vector<std::string>{"STATUS=reading the model", "READY=1\nSTATUS=",
                                                   "STOPPING=1\nEXTEND_TIMEOUT_USEC=15000000"});
}

}  // namespace
}  // namespace seekd::daemon
