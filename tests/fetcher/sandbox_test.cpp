// Each sandbox is entered by a forked child, which then tries what it must not be able to do and
// reports the errors.
#include "fetcher/sandbox.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <functional>
#include <map>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetcher/sandbox/attempts.h"

using namespace seekd::fetcher;

namespace {

using seekd::config::SandboxMechanism;

const Mechanisms all{SandboxMechanism::landlock, SandboxMechanism::landlock_tcp,
                     SandboxMechanism::seccomp};

using Errors = std::map<std::string, int>;  // what was tried → errno, 0 where it worked

int error_of(long result) {
  return result < 0 ? errno : 0;
}

// Runs `tries` in a child and reads its findings back. What the child opens, it leaks: it ends.
Errors in_child(const std::function<Errors()>& tries) {
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::ostringstream text;
    for (const auto& [name, error] : tries()) text << name << ' ' << error << '\n';
    const std::string bytes = text.str();
    const bool written =
        write(pipe_ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    _exit(written ? 0 : 1);
  }
  close(pipe_ends[1]);
  std::string bytes(4096, '\0');
  const ssize_t got = read(pipe_ends[0], bytes.data(), bytes.size());
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  std::istringstream text(bytes.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
  Errors errors;
  std::string name;
  int error = 0;
  while (text >> name >> error) errors[name] = error;
  return errors;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_to(int fd, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  return error_of(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

struct Listening {
  int fd = -1;
  std::uint16_t port = 0;
};

Listening listen_on_loopback() {
  Listening result{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0};
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(bind(result.fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(result.fd, 8) == 0);
  REQUIRE(getsockname(result.fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  result.port = ntohs(address.sin_port);
  return result;
}

int exec_error() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  return error_of(execv(name, arguments));
}

// A child that could be made ends at once.
int fork_error() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return error_of(child);
}

bool lacks(SandboxMechanism mechanism) {
  const auto errors = in_child([&] {
    const auto report = enter_daemon_sandbox(all);
    return Errors{{"missing", !report || std::ranges::count(report->missing, mechanism) > 0}};
  });
  return errors.at("missing") != 0;
}

}  // namespace

TEST_CASE("seekd can make no INET, netlink or packet socket, run nothing, and use no ring") {
  const auto errors = in_child([] {
    const auto entered = enter_daemon_sandbox(all);
    return Errors{{"entered", entered ? 0 : 1},
                  {"inet", error_of(socket(AF_INET, SOCK_STREAM, 0))},
                  {"inet-dgram", error_of(socket(AF_INET, SOCK_DGRAM, 0))},
                  {"inet6", error_of(socket(AF_INET6, SOCK_STREAM, 0))},
                  {"mptcp", error_of(socket(AF_INET, SOCK_STREAM, 262))},
                  {"netlink", error_of(socket(AF_NETLINK, SOCK_RAW, 0))},
                  {"packet", error_of(socket(AF_PACKET, SOCK_RAW, 0))},
                  {"vsock", error_of(socket(AF_VSOCK, SOCK_STREAM, 0))},
                  {"exec", exec_error()},
                  {"ring", error_of(syscall(SYS_io_uring_setup, 8, nullptr))},
                  {"ptrace", error_of(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr))},
                  {"unix", error_of(socket(AF_UNIX, SOCK_STREAM, 0))},
                  {"open", error_of(open("/etc/passwd", O_RDONLY))}};
  });
  CHECK(errors == Errors{{"entered", 0},
                         {"inet", EPERM},
                         {"inet-dgram", EPERM},
                         {"inet6", EPERM},
                         {"mptcp", EPERM},
                         {"netlink", EPERM},
                         {"packet", EPERM},
                         {"vsock", EPERM},
                         {"exec", EPERM},
                         {"ring", ENOSYS},
                         {"ptrace", EPERM},
                         {"unix", 0},
                         {"open", 0}});
}

TEST_CASE("a socket whose family hides in the argument's upper half is refused too") {
  const auto errors = in_child([] {
    const auto entered = enter_daemon_sandbox(all);
    return Errors{{"entered", entered ? 0 : 1},
                  {"inet", error_of(syscall(SYS_socket, (1L << 32) | AF_INET, SOCK_STREAM, 0))},
                  {"as-unix", error_of(syscall(SYS_socket, (1L << 32) | AF_UNIX, SOCK_STREAM, 0))}};
  });
  CHECK(errors == Errors{{"entered", 0}, {"inet", EPERM}, {"as-unix", EPERM}});
}

TEST_CASE("seekd's listener keeps accepting and cannot be turned into a connection") {
  if (lacks(SandboxMechanism::landlock_tcp)) {
    WARN("skipped: this kernel has no Landlock rules for TCP");
    return;
  }
  const Listening target = listen_on_loopback(), own = listen_on_loopback();
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(connect_to(client, own.port) == 0);
  const auto errors = in_child([&] {
    const auto entered = enter_daemon_sandbox({});
    Errors errors{{"entered", entered ? 0 : 1}};
    const int accepted = accept(own.fd, nullptr, nullptr);
    errors["accept"] = error_of(accepted);
    // Dissolves the association: what was a listener, or a connection, becomes a fresh socket.
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    connect(own.fd, &nobody, sizeof nobody);
    connect(accepted, &nobody, sizeof nobody);
    errors["listener-connects"] = connect_to(own.fd, target.port);
    errors["accepted-connects"] = connect_to(accepted, target.port);
    const sockaddr_in address = loopback(target.port);
    errors["fast-open"] = error_of(sendto(
        own.fd, "x", 1, MSG_FASTOPEN, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return errors;
  });
  CHECK(errors == Errors{{"entered", 0},
                         {"accept", 0},
                         {"listener-connects", EACCES},
                         {"accepted-connects", EACCES},
                         {"fast-open", EPERM}});
  close(client);
  close(own.fd);
  close(target.fd);
}

TEST_CASE("threads start and work after seekd's sandbox, and inherit it") {
  const auto errors = in_child([] {
    const auto entered = enter_daemon_sandbox(all);
    int error = -1;
    std::thread([&] { error = error_of(socket(AF_INET, SOCK_STREAM, 0)); }).join();
    return Errors{{"entered", entered ? 0 : 1}, {"inet", error}};
  });
  CHECK(errors == Errors{{"entered", 0}, {"inet", EPERM}});
}

TEST_CASE("a sandbox is not entered beside a running thread") {
  const auto errors = in_child([] {
    std::thread([] { pause(); }).detach();
    const auto entered = enter_daemon_sandbox(all);
    const bool refused = !entered && entered.error().code == seekd::ErrorCode::internal;
    return Errors{{"refused", refused}};
  });
  CHECK(errors == Errors{{"refused", 1}});
}

TEST_CASE("the broker connects to the policy's ports, reads what it was granted, and no more") {
  if (lacks(SandboxMechanism::landlock_tcp)) {
    WARN("skipped: this kernel has no Landlock, or none for TCP");
    return;
  }
  const Listening allowed = listen_on_loopback(), other = listen_on_loopback();
  const auto errors = in_child([&] {
    const auto entered = enter_broker_sandbox({{"/etc/group"}, {}, {allowed.port}}, {});
    const sockaddr_in any = loopback(0);
    const int bound = socket(AF_INET, SOCK_STREAM, 0);
    return Errors{
        {"entered", entered ? 0 : 1},
        {"allowed-port", connect_to(socket(AF_INET, SOCK_STREAM, 0), allowed.port)},
        {"other-port", connect_to(socket(AF_INET, SOCK_STREAM, 0), other.port)},
        {"bind", error_of(bind(bound, reinterpret_cast<const sockaddr*>(&any), sizeof any))},
        {"group", error_of(open("/etc/group", O_RDONLY))},
        {"write", error_of(open("/etc/group", O_WRONLY))},
        {"passwd", error_of(open("/etc/passwd", O_RDONLY))},
        {"make", error_of(open("/tmp/seekd-sandbox-test", O_CREAT | O_WRONLY, 0600))},
        {"packet", error_of(socket(AF_PACKET, SOCK_RAW, 0))},
        {"fork", fork_error()},
        {"exec", exec_error()}};
  });
  CHECK(errors == Errors{{"entered", 0},
                         {"allowed-port", 0},
                         {"other-port", EACCES},
                         {"bind", EPERM},
                         {"group", 0},
                         {"write", EACCES},
                         {"passwd", EACCES},
                         {"make", EACCES},
                         {"packet", EPERM},
                         {"fork", EPERM},
                         {"exec", EPERM}});
  close(allowed.fd);
  close(other.fd);
}

TEST_CASE("the zygote forks and kills, and opens nothing") {
  const auto errors = in_child([] {
    const auto entered = enter_zygote_sandbox(all);
    return Errors{{"entered", entered ? 0 : 1},
                  {"inet", error_of(socket(AF_INET, SOCK_STREAM, 0))},
                  {"unix", error_of(socket(AF_UNIX, SOCK_STREAM, 0))},
                  {"open", error_of(open("/etc/group", O_RDONLY))},
                  {"fork", fork_error()},
                  {"exec", exec_error()}};
  });
  CHECK(errors == Errors{{"entered", 0},
                         {"inet", EPERM},
                         {"unix", EPERM},
                         {"open", EPERM},
                         {"fork", 0},
                         {"exec", EPERM}});
}

TEST_CASE("a worker can neither fork, open, connect, map code nor signal") {
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  const auto errors = in_child([&] {
    const auto zygote = enter_zygote_sandbox(all);
    const auto worker = enter_worker_sandbox(all);
    const pid_t parent = getppid();
    return Errors{{"entered", zygote && worker ? 0 : 1},
                  {"inet", error_of(socket(AF_INET, SOCK_STREAM, 0))},
                  {"pair", error_of(socketpair(AF_UNIX, SOCK_STREAM, 0, pair))},
                  {"connect", connect_to(pair[0], 80)},
                  {"open", error_of(open("/etc/group", O_RDONLY))},
                  {"fork", fork_error()},
                  {"exec", exec_error()},
                  {"kill", error_of(kill(parent, 0))},
                  {"code", mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                                -1, 0) == MAP_FAILED
                               ? errno
                               : 0},
                  {"memory", mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                                 ? errno
                                 : 0}};
  });
  CHECK(errors == Errors{{"entered", 0},
                         {"inet", EPERM},
                         {"pair", EPERM},
                         {"connect", EINPROGRESS},
                         {"open", EPERM},
                         {"fork", EPERM},
                         {"exec", EPERM},
                         {"kill", EPERM},
                         {"code", EPERM},
                         {"memory", 0}});
  close(pair[0]);
  close(pair[1]);
}

TEST_CASE("where there is no sandbox the self-test's attempts get through, so it can fail") {
  const auto attempts = try_as_daemon();
  const auto passed = [&](const std::string& what) {
    const auto found = std::ranges::find(attempts, what, &Attempt::what);
    REQUIRE(found != attempts.end());
    return found->passed;
  };
  CHECK_FALSE(passed("socket(AF_NETLINK, SOCK_RAW)"));
  CHECK_FALSE(passed("socket(AF_INET, SOCK_DGRAM), connect()"));
  CHECK_FALSE(passed("posix_spawn(\"/bin/true\")"));
  CHECK_FALSE(passed("personality(READ_IMPLIES_EXEC)"));
}

TEST_CASE("a call by another ABI ends a worker") {
  const auto signal_of = [](const std::function<void()>& call) {
    const pid_t child = fork();
    if (child == 0) {
      if (!enter_zygote_sandbox(all) || !enter_worker_sandbox(all)) _exit(1);
      call();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  };
#ifdef __x86_64__
  constexpr long x32 = 0x40000000;
  CHECK(signal_of([] { syscall(x32 | SYS_getpid); }) == SIGSYS);
  // i386's getpid by its own gate.
  CHECK(signal_of([] {
          long result = 20;
          asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        }) == SIGSYS);
#endif
  CHECK(signal_of([] { syscall(SYS_getpid); }) == 0);
}
