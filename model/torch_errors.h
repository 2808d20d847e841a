// The edge where exceptions become errors: nothing that libtorch throws leaves model/.

#pragma once

#include <string>
#include <utility>

#include "policy/result.h"

namespace seekd::model {

// The exception that is being handled, as an error. `doing` begins its message ("loading /x.gguf").
// Errors: too_large (memory ran out), internal (all else). REQUIRES: called in a catch block.
Error error_of_current_exception(const std::string& doing);

// `work`'s result, or the error that its exception became.
template <class Work>
auto stop_exceptions(const std::string& doing, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return std::unexpected(error_of_current_exception(doing));
  }
}

}  // namespace seekd::model
