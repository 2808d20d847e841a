#include "daemon/api/bill.h"

#include <chrono>

namespace seekd::daemon {

void Bill::settle(const Result<Answer>& answer) const {
  const auto now = std::chrono::steady_clock::now();
  const Caller& caller = exchange_.caller();
  services_.limits.charge_tokens(caller, answer ? charged_tokens(*answer) : pieces_, now);
  if (answer) services_.limits.charge_fetches(caller, charged_fetches(*answer), now);
}

}  // namespace seekd::daemon
