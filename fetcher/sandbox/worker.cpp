// The sandboxes of the zygote and of the workers that it forks. A worker inherits the zygote's and
// adds its own; of two seccomp filters the stricter answer holds.
#include <cerrno>
#include <csignal>

#include <linux/sched.h>
#include <sys/socket.h>

#include "fetcher/sandbox/enter.h"

namespace seekd::fetcher {
namespace {

// What a page needs: its two descriptors, time, memory, randomness, and an end.
constexpr int page_calls[] = {
    // The connection, the job and the reply.
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(close), SCMP_SYS(shutdown), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(fcntl), SCMP_SYS(fstat),
    SCMP_SYS(newfstatat), SCMP_SYS(lseek),
    // OpenSSL, ICU and the C library.
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
    SCMP_SYS(futex), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(gettid),
    SCMP_SYS(getppid), SCMP_SYS(sched_yield), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
    // An end; abort() signals its own thread.
    SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group)};

// What the zygote needs beside: to fork, to limit, to reap and to kill.
constexpr int zygote_calls[] = {SCMP_SYS(wait4),     SCMP_SYS(kill),  SCMP_SYS(prlimit64),
                                SCMP_SYS(setrlimit), SCMP_SYS(prctl), SCMP_SYS(seccomp),
                                SCMP_SYS(fork)};

constexpr scmp_datum_t namespace_flags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                                         CLONE_NEWNET | CLONE_THREAD;

Result<SeccompFilter> page_filter() {
  auto filter = SeccompFilter::create(SCMP_ACT_ERRNO(EPERM));
  if (!filter) return filter;
  filter->allow(page_calls);
  filter->allow_memory_without_execution();
  // libcurl connects the descriptor that it was handed connected, and then waits until it may
  // write.
  filter->refuse(SCMP_SYS(connect), EINPROGRESS, {});
  return filter;
}

Result<SeccompFilter> zygote_filter() {
  auto filter = page_filter();
  if (!filter) return filter;
  filter->allow(zygote_calls);
  filter->allow(SCMP_SYS(clone), {argument_lacks(0, namespace_flags)});
  return filter;
}

}  // namespace

Result<SandboxReport> enter_zygote_sandbox(const Mechanisms& accepted) {
  return enter_sandbox(LandlockRights{}, zygote_filter(), accepted);
}

Status enter_worker_sandbox(const Mechanisms& accepted) {
  auto filter = page_filter();
  if (!filter) return std::unexpected(filter.error());
  auto loaded = filter->load();
  const bool missing = !loaded && loaded.error().code == ErrorCode::unsupported;
  return missing ? require_accepted({config::SandboxMechanism::seccomp}, accepted) : loaded;
}

}  // namespace seekd::fetcher
