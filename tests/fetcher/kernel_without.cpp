// usage: kernel_without landlock|landlock_tcp|seccomp PROGRAM [ARGUMENT…]
//
// Runs a program on a kernel that lacks one mechanism: a seccomp filter around it answers the
// mechanism's calls as such a kernel would. Not a test; tests start programs by it.
#include <cerrno>
#include <cstdio>
#include <string_view>

#include <poll.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int usage = 2, failed = 3;
constexpr int abi_before_tcp = 3;  // of Landlock, Linux 6.2
constexpr scmp_datum_t create_ruleset_version = 1;

bool refuse(scmp_filter_ctx filter, int call, int error) {
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), call, 0) == 0;
}

// Landlock tells its version by a call's result, which a filter alone cannot make up: this process
// does.
bool ask_version_here(scmp_filter_ctx filter) {
  const scmp_arg_cmp asks_version{2, SCMP_CMP_EQ, create_ruleset_version, 0};
  return seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, SCMP_SYS(landlock_create_ruleset), 1,
                                &asks_version) == 0;
}

bool build(scmp_filter_ctx filter, std::string_view mechanism) {
  if (mechanism == "landlock") return refuse(filter, SCMP_SYS(landlock_create_ruleset), ENOSYS);
  if (mechanism == "landlock_tcp") return ask_version_here(filter);
  if (mechanism != "seccomp") return false;
  const scmp_arg_cmp sets_filter{0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0};
  return refuse(filter, SCMP_SYS(seccomp), ENOSYS) &&
         seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, &sets_filter) ==
             0;
}

void answer_version(int notifications) {
  seccomp_notif* asked = nullptr;
  seccomp_notif_resp* answer = nullptr;
  if (seccomp_notify_alloc(&asked, &answer) != 0) return;
  if (seccomp_notify_receive(notifications, asked) == 0) {
    answer->id = asked->id;
    answer->val = abi_before_tcp;
    answer->error = 0;
    answer->flags = 0;
    seccomp_notify_respond(notifications, answer);
  }
  seccomp_notify_free(asked, answer);
}

int end_of(pid_t child, int notifications) {
  for (;;) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child)
      return WIFEXITED(status) ? WEXITSTATUS(status) : failed;
    pollfd ready{notifications, POLLIN, 0};
    constexpr int milliseconds = 50;
    if (poll(&ready, 1, milliseconds) > 0 && (ready.revents & POLLIN) != 0)
      answer_version(notifications);
  }
}

}  // namespace

int main(int argc, char** argv) {
  scmp_filter_ctx const filter = seccomp_init(SCMP_ACT_ALLOW);
  if (argc < 3 || filter == nullptr || !build(filter, argv[1])) {
    std::fprintf(stderr, "usage: kernel_without landlock|landlock_tcp|seccomp PROGRAM …\n");
    return usage;
  }
  if (seccomp_load(filter) != 0) return failed;
  const int notifications =
      argv[1] == std::string_view("landlock_tcp") ? seccomp_notify_fd(filter) : -1;
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[2], argv + 2);
    _exit(failed);
  }
  return end_of(child, notifications);
}
