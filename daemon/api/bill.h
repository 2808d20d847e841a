// Bill: what an answer costs its caller. Where he takes it back, what was written until then.
//
// All functions are called on the I/O thread.

#pragma once

#include <cstddef>

#include "daemon/answer/answer.h"
#include "daemon/exchange.h"
#include "daemon/services.h"

namespace seekd::daemon {

class Bill {
 public:
  // REQUIRES: both outlive this.
  Bill(Services& services, const Exchange& exchange) : services_(services), exchange_(exchange) {}

  void wrote() { ++pieces_; }

  void settle(const Result<Answer>& answer) const;

 private:
  Services& services_;
  const Exchange& exchange_;
  std::size_t pieces_ = 0;  // of the model's text
};

}  // namespace seekd::daemon
