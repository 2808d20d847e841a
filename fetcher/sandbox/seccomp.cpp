#include "fetcher/sandbox/seccomp.h"

#include <cstring>

#include <sys/mman.h>

namespace seekd::fetcher {

Result<SeccompFilter> SeccompFilter::create(std::uint32_t default_action) {
  SeccompFilter filter(seccomp_init(default_action));
  if (!filter.context_) return fail(ErrorCode::io, "seccomp: cannot make a filter");
  // A call by another ABI (i386, x32) has other numbers, which no rule means: its process ends.
  filter.error_ =
      seccomp_attr_set(filter.context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  return filter;
}

void SeccompFilter::add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> where) {
  const int added = seccomp_rule_add_array(context_.get(), action, call,
                                           static_cast<unsigned>(where.size()), where.begin());
  if (added != 0 && error_ == 0) error_ = added;
}

void SeccompFilter::allow(std::span<const int> calls) {
  for (const int call : calls) add(SCMP_ACT_ALLOW, call, {});
}

void SeccompFilter::allow(int call, std::initializer_list<scmp_arg_cmp> where) {
  add(SCMP_ACT_ALLOW, call, where);
}

void SeccompFilter::refuse(std::span<const int> calls, int error) {
  for (const int call : calls) refuse(call, error, {});
}

void SeccompFilter::refuse(int call, int error, std::initializer_list<scmp_arg_cmp> where) {
  add(SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), call, where);
}

void SeccompFilter::allow_memory_without_execution() {
  allow(SCMP_SYS(mmap), {argument_lacks(2, PROT_EXEC)});
  allow(SCMP_SYS(mprotect), {argument_lacks(2, PROT_EXEC)});
  static constexpr int calls[] = {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk),
                                  SCMP_SYS(madvise)};
  allow(calls);
}

Status SeccompFilter::load() {
  int error = error_;
  if (error == 0) error = seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 1);
  // Without it a kernel without seccomp is told as ECANCELED, like any other failure.
  if (error == 0) error = seccomp_attr_set(context_.get(), SCMP_FLTATR_API_SYSRAWRC, 1);
  if (error == 0) error = seccomp_load(context_.get());
  if (error == 0) return {};
  const auto code = error == -ENOSYS || error == -EINVAL ? ErrorCode::unsupported : ErrorCode::io;
  return fail(code, std::string("seccomp: cannot load the filter: ") + std::strerror(-error));
}

}  // namespace seekd::fetcher
