#include "tests/bench/trial_folder.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/child.h"

namespace seekd::bench {

TrialFolder::TrialFolder(const std::filesystem::path& parent) {
  std::string name = parent / "seekd-bench.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) give_up("cannot make a folder '" + name + "'");
  path_ = name;
}

TrialFolder::~TrialFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  if (!(std::ofstream(path) << text)) give_up("cannot write '" + path.native() + "'");
}

void wait_for(const std::function<bool()>& condition, const std::string& what) {
  constexpr std::chrono::seconds patience{60};
  constexpr std::chrono::milliseconds pause{20};
  const auto start = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - start > patience) give_up("waited in vain for " + what);
    std::this_thread::sleep_for(pause);
  }
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool known = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(probe);
  if (!known) give_up("no free port on loopback");
  return ntohs(address.sin_port);
}

}  // namespace seekd::bench
