// The sandboxes of the zygote and of the workers that it forks. A worker inherits the zygote's and
// adds its own; of two seccomp filters the stricter answer holds.
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetcher/sandbox/enter.h"

namespace seekd::fetcher {
namespace {

// What a page needs: its two descriptors, time, memory, randomness, and an end. Where a call does
// more than that, page_filter() looks at its arguments.
constexpr int page_calls[] = {
    // The connection, the job and the reply.
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(shutdown),
    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(fstat),
    // OpenSSL, ICU and the C library.
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
    SCMP_SYS(futex), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(gettid),
    SCMP_SYS(getppid), SCMP_SYS(sched_yield), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
    SCMP_SYS(exit), SCMP_SYS(exit_group)};

// What the zygote needs beside: to limit, to reap.
constexpr int zygote_calls[] = {SCMP_SYS(wait4), SCMP_SYS(prlimit64), SCMP_SYS(setrlimit),
                                SCMP_SYS(seccomp)};

// What fork() of the C library says; no thread, no namespace, no shared memory or descriptors.
constexpr scmp_datum_t fork_flags = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD;

// A socket's options are the kernel's largest door: those that libcurl and we use, no other.
void allow_socket_options(SeccompFilter& filter) {
  filter.allow(SCMP_SYS(setsockopt), {argument_is(1, IPPROTO_TCP), argument_is(2, TCP_NODELAY)});
  filter.allow(SCMP_SYS(getsockopt), {argument_is(1, IPPROTO_TCP), argument_is(2, TCP_INFO)});
  filter.allow(SCMP_SYS(getsockopt), {argument_is(1, SOL_SOCKET), argument_is(2, SO_ERROR)});
}

// `signals_to`: abort() signals its own thread; 0 is every process.
Result<SeccompFilter> page_filter(pid_t signals_to) {
  auto filter = SeccompFilter::create(SCMP_ACT_ERRNO(EPERM));
  if (!filter) return filter;
  filter->allow(page_calls);
  filter->allow_memory_without_execution();
  allow_socket_options(*filter);
  // To whom it is connected already, and without Fast Open. sendmsg(), which could pass descriptors
  // on, is not needed.
  filter->allow(SCMP_SYS(sendto), {argument_lacks(3, MSG_FASTOPEN), argument_is(4, 0)});
  // F_SETOWN and its like would have the kernel signal other processes.
  for (const unsigned command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL}) {
    filter->allow(SCMP_SYS(fcntl), {argument_is(1, command)});
  }
  if (signals_to == 0) {
    filter->allow(SCMP_SYS(tgkill), {});
  } else {
    filter->allow(SCMP_SYS(tgkill), {argument_is(0, static_cast<scmp_datum_t>(signals_to))});
  }
  // libcurl connects the descriptor that it was handed connected, and then waits until it may
  // write.
  filter->refuse(SCMP_SYS(connect), EINPROGRESS, {});
  return filter;
}

Result<SeccompFilter> zygote_filter() {
  auto filter = page_filter(0);
  if (!filter) return filter;
  filter->allow(zygote_calls);
  filter->allow(SCMP_SYS(kill), {argument_is(1, SIGKILL)});
  filter->allow(SCMP_SYS(clone), {argument_is(0, fork_flags)});
  // A worker's limits, and its own filter.
  for (const unsigned option :
       {PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP}) {
    filter->allow(SCMP_SYS(prctl), {argument_is(0, option)});
  }
  return filter;
}

}  // namespace

Result<SandboxReport> enter_zygote_sandbox(const Mechanisms& accepted) {
  return enter_sandbox(LandlockRights{}, zygote_filter(), accepted);
}

Status enter_worker_sandbox(const Mechanisms& accepted) {
  auto filter = page_filter(getpid());
  if (!filter) return std::unexpected(filter.error());
  auto loaded = filter->load();
  const bool missing = !loaded && loaded.error().code == ErrorCode::unsupported;
  return missing ? require_accepted({config::SandboxMechanism::seccomp}, accepted) : loaded;
}

}  // namespace seekd::fetcher
