// Limits: how much each caller has had, and whether he may have more now.
//
// All functions are called on the I/O thread; `now` is an argument. A request is counted when it
// comes; tokens and pages when it is known how many there were, so that the one that goes over the
// limit is answered and the next has to wait. Callers who have been quiet until all of theirs is
// full again are forgotten, and of those who are left at most 10,000 are kept: with more, those
// without a running request that were served longest ago go first.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/access/caller.h"
#include "daemon/api/api_error.h"
#include "policy/token_bucket.h"

namespace seekd::daemon {

// What a request may use beside itself.
enum class Uses : std::uint8_t {
  nothing,
  model,  // tokens
  door,   // pages
};

class Limits {
 public:
  using Time = policy::TokenBucket::Time;
  using Headers = std::vector<std::pair<std::string, std::string>>;

  // A request that is let in: it counts as being answered until the last copy of `place` goes.
  struct Admitted {
    std::shared_ptr<const void> place;
    Headers headers;  // x-ratelimit-…, as OpenAI names them
  };
  struct Refusal {
    ApiError error;  // 429
    Headers headers;
    std::string reason;  // which limit, for the metrics
  };

  std::expected<Admitted, Refusal> admit(const Caller& caller, Uses uses, Time now);

  // Of a request that turns out to need pages: why it may not have them now, or nullopt.
  std::optional<Refusal> no_fetches(const Caller& caller, Time now);

  void charge_tokens(const Caller& caller, std::size_t tokens, Time now);
  void charge_fetches(const Caller& caller, std::size_t fetches, Time now);

 private:
  struct Account {
    config::CallerLimits limits;  // that the buckets were made by
    std::optional<policy::TokenBucket> requests;
    std::optional<policy::TokenBucket> tokens;
    std::optional<policy::TokenBucket> fetches;
    std::shared_ptr<std::size_t> running = std::make_shared<std::size_t>(0);
    Time served;
  };

  Account& account_of(const Caller& caller, Time now);
  void forget_quiet(Time now);
  static std::optional<Refusal> too_many_fetches(Account& account,
                                                 const config::CallerLimits& limits, Time now);
  static std::optional<Refusal> refusal(Account& account, const config::CallerLimits& limits,
                                        Uses uses, Time now);
  static Headers headers(Account& account, const config::CallerLimits& limits, Time now);

  std::unordered_map<std::string, Account> accounts_;
};

}  // namespace seekd::daemon
