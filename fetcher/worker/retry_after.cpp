#include "fetcher/worker/retry_after.h"

#include <algorithm>

#include "fetcher/wire.h"
#include "policy/cache_control.h"
#include "policy/http_date.h"

namespace seekd::fetcher {

using std::chrono::seconds;

seconds pause_asked_for(const ResponseHead& head, TimePoint now) {
  const int status = head.status();
  const bool not_now = status == 429 || (status >= 502 && status <= 504);
  if (!not_now || head.retry_after().empty()) return seconds(0);
  auto asked = policy::parse_delta_seconds(head.retry_after());
  if (!asked) {
    const auto date = policy::parse_http_date(head.retry_after(), now);
    if (!date) return seconds(0);
    asked = *date - now;
  }
  return std::clamp(*asked, seconds(1), retry_after_max);
}

}  // namespace seekd::fetcher
