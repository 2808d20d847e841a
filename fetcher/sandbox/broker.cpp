// The broker's sandbox: it resolves names, connects, and passes descriptors on.
#include <cerrno>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "fetcher/sandbox/enter.h"

namespace seekd::fetcher {
namespace {

constexpr int allowed_calls[] = {
    // The event loop, its timers and its signals.
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
    SCMP_SYS(eventfd2), SCMP_SYS(futex), SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    // Connections: judged addresses, DNS servers, the clients of the unix socket, the zygote.
    SCMP_SYS(connect), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(getsockname),
    SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(socketpair),
    SCMP_SYS(shutdown), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close),
    // The list of the host's own IPv6 addresses, from its beginning each time.
    SCMP_SYS(pread64),
    // /etc/hosts and the configuration with its drop-ins, which Landlock grants, and the socket's
    // removal at the end.
    SCMP_SYS(getdents64), SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(newfstatat), SCMP_SYS(fstat),
    SCMP_SYS(statx), SCMP_SYS(lseek), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
    // The C library.
    SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(uname), SCMP_SYS(sched_yield),
    SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(tgkill), SCMP_SYS(exit),
    SCMP_SYS(exit_group)};

Result<SeccompFilter> broker_filter() {
  auto filter = SeccompFilter::create(SCMP_ACT_ERRNO(EPERM));
  if (!filter) return filter;
  filter->allow(allowed_calls);
  filter->allow_memory_without_execution();
  // The web and DNS; the notify socket.
  for (const unsigned family : {AF_INET, AF_INET6, AF_UNIX}) {
    filter->allow(SCMP_SYS(socket), {argument_is(0, family)});
  }
  // No blocking, and the host's own IPv4 addresses. Nothing that lets a signal be sent (F_SETOWN).
  for (const unsigned long request : {FIONBIO, FIONREAD, SIOCGIFCONF}) {
    filter->allow(SCMP_SYS(ioctl), {argument_is(1, request)});
  }
  // F_GET_SEALS: whether what is sent to an upstream can still be changed.
  for (const unsigned command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GET_SEALS}) {
    filter->allow(SCMP_SYS(fcntl), {argument_is(1, command)});
  }
  return filter;
}

}  // namespace

Result<SandboxReport> enter_broker_sandbox(const BrokerRights& rights, const Mechanisms& accepted) {
  const LandlockRights landlock{FileSystem::granted_only, rights.readable, rights.removable_in,
                                rights.tcp_ports};
  return enter_sandbox(landlock, broker_filter(), accepted);
}

}  // namespace seekd::fetcher
