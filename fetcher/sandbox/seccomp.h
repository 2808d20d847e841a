// A seccomp filter by libseccomp: which system calls the process and its children may make from now
// on.
//
// Build it, then load it once. Not thread-safe. Errors: unsupported (no seccomp in the kernel), io.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>

#include <seccomp.h>

#include "policy/result.h"

namespace seekd::fetcher {

// Conditions on a call's argument, counted from 0; all 64 bits are compared. libseccomp's own
// macros are C.
inline scmp_arg_cmp argument_is(unsigned index, scmp_datum_t value) {
  return {index, SCMP_CMP_EQ, value, 0};
}
inline scmp_arg_cmp argument_is_not(unsigned index, scmp_datum_t value) {
  return {index, SCMP_CMP_NE, value, 0};
}
inline scmp_arg_cmp argument_has(unsigned index, scmp_datum_t bits) {
  return {index, SCMP_CMP_MASKED_EQ, bits, bits};
}
inline scmp_arg_cmp argument_lacks(unsigned index, scmp_datum_t bits) {
  return {index, SCMP_CMP_MASKED_EQ, bits, 0};
}

// Calls are named by SCMP_SYS(name); one that this architecture does not have is left out by
// libseccomp.
class SeccompFilter {
 public:
  // What happens to a call without a rule: SCMP_ACT_ALLOW, or SCMP_ACT_ERRNO(…).
  static Result<SeccompFilter> create(std::uint32_t default_action);

  void allow(std::span<const int> calls);
  void allow(int call, std::initializer_list<scmp_arg_cmp> where);
  void refuse(std::span<const int> calls, int error);
  void refuse(int call, int error, std::initializer_list<scmp_arg_cmp> where);

  // Memory may be mapped and protected, but never made executable.
  void allow_memory_without_execution();

  // Sets no_new_privs too.
  Status load();

 private:
  struct Release {
    void operator()(void* context) const { seccomp_release(context); }
  };

  explicit SeccompFilter(scmp_filter_ctx context) : context_(context) {}
  void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> where);

  std::unique_ptr<void, Release> context_;
  int error_ = 0;  // the first that a rule gave, negative errno
};

}  // namespace seekd::fetcher
