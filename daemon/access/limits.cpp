#include "daemon/access/limits.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace seekd::daemon {
namespace {

using policy::TokenBucket;

constexpr std::size_t accounts_max = 10'000;

std::optional<TokenBucket> bucket(std::size_t per_minute, std::size_t size, Limits::Time now) {
  if (per_minute == 0) return std::nullopt;
  return TokenBucket(static_cast<double>(per_minute), static_cast<double>(size), now);
}

// Whole seconds, and never 0: a client would ask again at once.
std::chrono::seconds whole(TokenBucket::Seconds wait) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
}

Limits::Refusal too_many(std::string reason, const std::string& what, std::size_t per_minute,
                         TokenBucket::Seconds wait) {
  return {{429, "rate_limit_exceeded",
           "you may have " + std::to_string(per_minute) + ' ' + what + " a minute: ask again in " +
               std::to_string(whole(wait).count()) + " s",
           "", whole(wait)},
          {},
          std::move(reason)};
}

void add_headers(Limits::Headers& headers, std::string_view what, std::size_t limit,
                 TokenBucket& bucket, Limits::Time now) {
  const std::string name(what);
  const double held = std::max(0.0, std::floor(bucket.held(now)));
  headers.emplace_back("x-ratelimit-limit-" + name, std::to_string(limit));
  headers.emplace_back("x-ratelimit-remaining-" + name,
                       std::to_string(static_cast<std::size_t>(held)));
  const auto reset = std::chrono::ceil<std::chrono::seconds>(bucket.until_full(now));
  headers.emplace_back("x-ratelimit-reset-" + name, std::to_string(reset.count()) + 's');
}

// A slot of the requests at once; given back by whoever drops it last.
std::shared_ptr<const void> take_place(const std::shared_ptr<std::size_t>& running) {
  ++*running;
  return {running.get(), [running](const void*) { --*running; }};
}

}  // namespace

// Accounts of one table, such as all members of a group, have limits of their own each.
Limits::Account& Limits::account_of(const Caller& caller, Time now) {
  const auto& uid = caller.account.uid;
  const std::string key = caller.name + (uid ? '/' + std::to_string(*uid) : "");
  auto found = accounts_.find(key);
  // A reload may have changed what he may have.
  if (found != accounts_.end() && found->second.limits == caller.terms->limits) {
    found->second.served = now;
    return found->second;
  }
  if (accounts_.size() >= accounts_max) forget_quiet(now);
  const config::CallerLimits& limits = caller.terms->limits;
  Account account{limits,
                  bucket(limits.requests_per_minute, limits.requests_burst, now),
                  bucket(limits.tokens_per_minute, limits.tokens_per_minute, now),
                  bucket(limits.fetches_per_minute, limits.fetches_per_minute, now),
                  std::make_shared<std::size_t>(0),
                  now};
  if (found != accounts_.end()) account.running = found->second.running;
  return accounts_.insert_or_assign(key, std::move(account)).first->second;
}

void Limits::forget_quiet(Time now) {
  const auto full = [&](std::optional<TokenBucket>& one) {
    return !one || one->until_full(now).count() == 0;
  };
  for (auto entry = accounts_.begin(); entry != accounts_.end();) {
    Account& account = entry->second;
    const bool quiet = *account.running == 0 && full(account.requests) && full(account.tokens) &&
                       full(account.fetches);
    entry = quiet ? accounts_.erase(entry) : std::next(entry);
  }
  while (accounts_.size() >= accounts_max) {
    const auto oldest = std::ranges::min_element(accounts_, {}, [](const auto& entry) {
      return std::pair(*entry.second.running > 0, entry.second.served);
    });
    accounts_.erase(oldest);
  }
}

std::optional<Limits::Refusal> Limits::too_many_fetches(Account& account,
                                                        const config::CallerLimits& limits,
                                                        Time now) {
  if (!account.fetches || account.fetches->held(now) >= 1) return std::nullopt;
  return too_many("rate_limit_fetches", "pages of the web", limits.fetches_per_minute,
                  account.fetches->until(1, now));
}

std::optional<Limits::Refusal> Limits::no_fetches(const Caller& caller, Time now) {
  return too_many_fetches(account_of(caller, now), caller.terms->limits, now);
}

std::optional<Limits::Refusal> Limits::refusal(Account& account, const config::CallerLimits& limits,
                                               Uses uses, Time now) {
  if (limits.requests_at_once != 0 && *account.running >= limits.requests_at_once) {
    return Refusal{{429, "rate_limit_exceeded",
                    "you may have " + std::to_string(limits.requests_at_once) +
                        " requests answered at once: wait for one of them",
                    "", std::chrono::seconds(1)},
                   {},
                   "rate_limit_at_once"};
  }
  if (account.requests && account.requests->held(now) < 1) {
    return too_many("rate_limit_requests", "requests", limits.requests_per_minute,
                    account.requests->until(1, now));
  }
  if (uses == Uses::model && account.tokens && account.tokens->held(now) < 1) {
    return too_many("rate_limit_tokens", "tokens", limits.tokens_per_minute,
                    account.tokens->until(1, now));
  }
  return uses == Uses::door ? too_many_fetches(account, limits, now) : std::nullopt;
}

Limits::Headers Limits::headers(Account& account, const config::CallerLimits& limits, Time now) {
  Headers headers;
  if (account.requests) {
    add_headers(headers, "requests", limits.requests_burst, *account.requests, now);
  }
  if (account.tokens) {
    add_headers(headers, "tokens", limits.tokens_per_minute, *account.tokens, now);
  }
  return headers;
}

std::expected<Limits::Admitted, Limits::Refusal> Limits::admit(const Caller& caller, Uses uses,
                                                               Time now) {
  const config::CallerLimits& limits = caller.terms->limits;
  Account& account = account_of(caller, now);
  if (auto refused = refusal(account, limits, uses, now)) {
    refused->headers = headers(account, limits, now);
    return std::unexpected(*std::move(refused));
  }
  if (account.requests) account.requests->take(1, now);
  return Admitted{take_place(account.running), headers(account, limits, now)};
}

void Limits::charge_tokens(const Caller& caller, std::size_t tokens, Time now) {
  Account& account = account_of(caller, now);
  if (account.tokens) account.tokens->take(static_cast<double>(tokens), now);
}

void Limits::charge_fetches(const Caller& caller, std::size_t fetches, Time now) {
  Account& account = account_of(caller, now);
  if (account.fetches) account.fetches->take(static_cast<double>(fetches), now);
}

}  // namespace seekd::daemon
