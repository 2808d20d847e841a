#include "fetcher/sandbox/attempts.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <functional>

#include <arpa/inet.h>
#include <boost/json/object.hpp>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {
namespace {

// The kernel's error, 0 where it did what was asked.
using Act = std::function<int()>;

struct Try {
  const char* what;
  Act act;
};

int error_of(long result) {
  return result < 0 ? errno : 0;
}

// A descriptor that could be had is closed again.
int error_of_descriptor(long result) {
  if (result < 0) return errno;
  close(static_cast<int>(result));
  return 0;
}

// Of the many errors those that say no; any other means that the attempt got past the sandbox.
bool is_refusal(int error) {
  return error == EPERM || error == EACCES || error == ENOSYS || error == EAFNOSUPPORT;
}

Attempt made(const char* by, std::string what, int error) {
  return {by, std::move(what), "refused",
          error == 0 ? "it worked" : std::string(strerrorname_np(error)), is_refusal(error)};
}

int open_error(const char* path, int flags) {
  return error_of_descriptor(open(path, flags | O_CLOEXEC));
}

int socket_error(int family, int type, int protocol = 0) {
  return error_of_descriptor(socket(family, type | SOCK_CLOEXEC, protocol));
}

// Towards an address that nobody has, without waiting: on its way counts as gone through.
int connect_error(int family, int type) {
  const Descriptor socket(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return errno;
  sockaddr_storage address{};
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET) {
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&address);
    v4->sin_port = htons(443);
    inet_pton(AF_INET, "192.0.2.1", &v4->sin_addr);
  } else {
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address);
    v6->sin6_port = htons(443);
    inet_pton(AF_INET6, "2001:db8::1", &v6->sin6_addr);
  }
  const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  return error_of(connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size));
}

int loopback_error(decltype(&connect) call) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return errno;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);  // discard, which no policy names
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return error_of(call(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

int reap(long child) {
  if (child < 0) return errno;
  if (child == 0) _exit(0);
  waitpid(static_cast<pid_t>(child), nullptr, 0);
  return 0;
}

int clone3_error() {
  struct {
    std::uint64_t flags = 0, pidfd = 0, child_tid = 0, parent_tid = 0, exit_signal = SIGCHLD,
                  stack = 0, stack_size = 0, tls = 0;
  } arguments;
  return reap(syscall(SYS_clone3, &arguments, sizeof arguments));
}

// The C library's way of starting programs: the error of exec comes back.
int spawn_error() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  pid_t child = -1;
  const int error = posix_spawn(&child, name, nullptr, nullptr, arguments, nullptr);
  if (error == 0) waitpid(child, nullptr, 0);
  return error;
}

// Replaces the process where it works, which is then missed.
int exec_error() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  return error_of(execve(name, arguments, nullptr));
}

int execveat_error() {
  char* arguments[] = {nullptr};
  return error_of(syscall(SYS_execveat, 0, "", arguments, arguments, AT_EMPTY_PATH));
}

constexpr std::size_t page = 4096;

int map_error(int protection) {
  void* const memory = mmap(nullptr, page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  munmap(memory, page);
  return 0;
}

int protect_error(long call) {
  void* const memory =
      mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  const int error = error_of(syscall(call, memory, page, PROT_READ | PROT_EXEC, -1));
  munmap(memory, page);
  return error;
}

int peek_error() {
  static char byte = 0;
  const iovec local{&byte, 1}, remote{&byte, 1};
  return error_of(process_vm_readv(getppid(), &local, 1, &remote, 1, 0));
}

// Without attaching, which could not be undone at once: the kernel would say ESRCH to it.
int trace_error() {
  return error_of(syscall(SYS_ptrace, PTRACE_PEEKDATA, getppid(), nullptr, nullptr));
}

int limit_of_parent_error() {
  rlimit limit{};
  return error_of(syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, nullptr, &limit));
}

int ring_error() {
  std::array<std::uint32_t, 30> parameters{};  // struct io_uring_params
  return error_of_descriptor(syscall(SYS_io_uring_setup, 1, parameters.data()));
}

int bpf_error() {
  struct {
    std::uint32_t type = 2, key_size = 4, value_size = 4, entries = 1;  // an array map
    std::array<std::uint32_t, 28> rest{};
  } attributes;
  return error_of_descriptor(syscall(SYS_bpf, 0, &attributes, sizeof attributes));
}

int perf_error() {
  struct {
    std::uint32_t type = 1, size = 64;  // a software event: the processor's clock
    std::array<std::uint64_t, 7> rest{};
  } attributes;
  return error_of_descriptor(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

int shared_memory_error() {
  const int id = shmget(IPC_PRIVATE, page, 0600);
  if (id < 0) return errno;
  shmctl(id, IPC_RMID, nullptr);
  return 0;
}

// With no byte beside it, so that what reads the channel sees nothing.
int pass_error(int channel) {
  msghdr message{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> rights{};
  message.msg_control = rights.data();
  message.msg_controllen = rights.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof channel);
  std::memcpy(CMSG_DATA(header), &channel, sizeof channel);
  return error_of(sendmsg(channel, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

int socket_filter_error(int channel) {
  sock_filter keep_all{BPF_RET | BPF_K, 0, 0, 0xffffffff};
  const sock_fprog program{1, &keep_all};
  return error_of(setsockopt(channel, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

std::vector<Try> files() {
  return {{"open(\"/etc/passwd\")", [] { return open_error("/etc/passwd", O_RDONLY); }},
          {"open(\"/\", O_DIRECTORY)", [] { return open_error("/", O_RDONLY | O_DIRECTORY); }},
          {"open(\"/proc/self/mem\", O_RDWR)", [] { return open_error("/proc/self/mem", O_RDWR); }},
          {"open(\"/tmp/seekd-selftest\", O_CREAT)", [] {
             const int error = error_of_descriptor(
                 open("/tmp/seekd-selftest", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
             if (error == 0) unlink("/tmp/seekd-selftest");
             return error;
           }}};
}

std::vector<Try> programs() {
  return {
      {"fork()", [] { return reap(syscall(SYS_fork)); }},
      {"clone(SIGCHLD)", [] { return reap(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }},
      {"clone3()", clone3_error},
      {"mmap(PROT_READ | PROT_EXEC)", [] { return map_error(PROT_READ | PROT_EXEC); }},
      {"mprotect(PROT_EXEC)", [] { return protect_error(SYS_mprotect); }},
      {"pkey_mprotect(PROT_EXEC)", [] { return protect_error(SYS_pkey_mprotect); }},
      {"memfd_create()", [] { return error_of_descriptor(syscall(SYS_memfd_create, "x", 0)); }}};
}

// Other processes, and the kernel's own machinery.
std::vector<Try> machinery() {
  return {
      {"ptrace(parent)", trace_error},
      {"process_vm_readv(parent)", peek_error},
      {"unshare(CLONE_NEWUSER)", [] { return error_of(unshare(CLONE_NEWUSER)); }},
      {"io_uring_setup()", ring_error},
      {"bpf(BPF_MAP_CREATE)", bpf_error},
      {"perf_event_open()", perf_error},
      {"userfaultfd()", [] { return error_of_descriptor(syscall(SYS_userfaultfd, O_CLOEXEC)); }},
      {"keyctl(KEYCTL_GET_KEYRING_ID)", [] { return error_of(syscall(SYS_keyctl, 0, -1, 0)); }},
      {"personality(READ_IMPLIES_EXEC)", [] {
         const int before = personality(0xffffffff);
         const int error = before < 0 ? errno : error_of(personality(READ_IMPLIES_EXEC));
         if (error == 0) personality(static_cast<unsigned long>(before));
         return error;
       }}};
}

std::vector<Try> of_workers_alone(int channel) {
  return {{"socketpair(AF_UNIX)",
           [] {
             std::array<int, 2> pair{};
             if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return errno;
             for (const int fd : pair) close(fd);
             return 0;
           }},
          {"socket(AF_UNIX)", [] { return socket_error(AF_UNIX, SOCK_STREAM); }},
          {"kill(parent, 0)", [] { return error_of(kill(getppid(), 0)); }},
          {"tgkill(parent, parent, 0)",
           [] { return error_of(syscall(SYS_tgkill, getppid(), getppid(), 0)); }},
          {"pidfd_open(parent)",
           [] { return error_of_descriptor(syscall(SYS_pidfd_open, getppid(), 0)); }},
          {"prlimit64(parent)", limit_of_parent_error},
          {"prctl(PR_GET_DUMPABLE)", [] { return error_of(syscall(SYS_prctl, 3, 0, 0, 0, 0)); }},
          {"shmget()", shared_memory_error},
          {"sendmsg(SCM_RIGHTS) to the broker", [channel] { return pass_error(channel); }},
          {"setsockopt(SO_ATTACH_FILTER)", [channel] { return socket_filter_error(channel); }},
          {"fcntl(F_SETOWN, parent)",
           [channel] { return error_of(fcntl(channel, F_SETOWN, getppid())); }},
          {"dup()", [channel] { return error_of_descriptor(dup(channel)); }}};
}

std::vector<Try> sockets() {
  return {
      {"socket(AF_INET, SOCK_STREAM), connect()",
       [] { return connect_error(AF_INET, SOCK_STREAM); }},
      {"socket(AF_INET, SOCK_DGRAM), connect()", [] { return connect_error(AF_INET, SOCK_DGRAM); }},
      {"socket(AF_INET6, SOCK_STREAM), connect()",
       [] { return connect_error(AF_INET6, SOCK_STREAM); }},
      {"socket(AF_INET6, SOCK_DGRAM), connect()",
       [] { return connect_error(AF_INET6, SOCK_DGRAM); }},
      {"socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP)",
       [] { return socket_error(AF_INET, SOCK_STREAM, 262); }},
      {"socket(AF_NETLINK, SOCK_RAW)", [] { return socket_error(AF_NETLINK, SOCK_RAW); }},
      {"socket(AF_PACKET, SOCK_RAW)", [] { return socket_error(AF_PACKET, SOCK_RAW); }}};
}

std::vector<Attempt> make(const char* by, const std::vector<std::vector<Try>>& groups) {
  std::vector<Attempt> attempts;
  for (const auto& group : groups) {
    for (const Try& attempt : group) attempts.push_back(made(by, attempt.what, attempt.act()));
  }
  return attempts;
}

}  // namespace

std::vector<Attempt> try_as_worker(int channel) {
  auto attempts =
      make("worker",
           {files(),
            sockets(),
            of_workers_alone(channel),
            programs(),
            machinery(),
            {{"execveat(AT_EMPTY_PATH)", execveat_error}, {"execve(\"/bin/true\")", exec_error}}});
  // libcurl takes it for a connection on its way; nothing was connected.
  const int on_channel = error_of(connect(channel, nullptr, 0));
  attempts.push_back({"worker", "connect()", "EINPROGRESS, which the filter makes up",
                      on_channel == 0 ? "it worked" : std::string(strerrorname_np(on_channel)),
                      on_channel == EINPROGRESS});
  return attempts;
}

std::vector<Attempt> try_as_broker(const std::vector<std::filesystem::path>& hidden) {
  auto attempts =
      make("broker",
           {files(),
            programs(),
            machinery(),
            {{"execve(\"/bin/true\")", exec_error},
             {"socket(AF_NETLINK, SOCK_RAW)", [] { return socket_error(AF_NETLINK, SOCK_RAW); }},
             {"socket(AF_PACKET, SOCK_RAW)", [] { return socket_error(AF_PACKET, SOCK_RAW); }},
             {"bind() to a port", [] { return loopback_error(bind); }},
             {"connect() to port 9 of loopback, which the policy does not name",
              [] { return loopback_error(connect); }}}});
  for (const std::filesystem::path& path : hidden) {
    const int error = open_error(path.c_str(), O_RDONLY);
    Attempt attempt = made("broker", "open(\"" + path.native() + "\")", error);
    // A path that is not there, or hidden by the unit file, cannot be read either.
    attempt.passed = attempt.passed || error == ENOENT;
    attempts.push_back(std::move(attempt));
  }
  return attempts;
}

std::vector<Attempt> try_as_daemon() {
  return make("seekd", {sockets(), machinery(), {{"posix_spawn(\"/bin/true\")", spawn_error}}});
}

boost::json::array to_json(const std::vector<Attempt>& attempts) {
  boost::json::array lines;
  for (const Attempt& attempt : attempts) {
    lines.push_back(boost::json::object{{"by", attempt.by},
                                        {"tried", attempt.what},
                                        {"expected", attempt.expected},
                                        {"got", attempt.got},
                                        {"passed", attempt.passed}});
  }
  return lines;
}

}  // namespace seekd::fetcher
