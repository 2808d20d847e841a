#include "fetcher/broker/robots_cache.h"

#include <algorithm>

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

constexpr std::chrono::hours rules_lifetime{24};         // §2.4: not longer
constexpr std::chrono::minutes unavailable_lifetime{1};  // the site may be well again
constexpr std::size_t origins_max = 1024;

bool is_about_the_origin(EgressReason reason) {
  switch (reason) {
    case EgressReason::rate_limited:
    case EgressReason::outside_hours:
    case EgressReason::resolve_failed:
    case EgressReason::resolve_timeout:
    case EgressReason::too_many_addresses:
    case EgressReason::address_denied:
    case EgressReason::peer_mismatch:
    case EgressReason::connect_failed:
    case EgressReason::tls_failed:
      return true;
    default:
      return false;
  }
}

}  // namespace

RobotsAnswer robots_answer(const FetchResult& result) {
  const FetchReply& reply = result.reply;
  if (reply.reason == EgressReason::allowed) return result.robots;
  const bool client_error = reply.http_status >= 400 && reply.http_status < 500;
  if (reply.reason == EgressReason::http_error && client_error) return policy::RobotsRules{};
  if (result.refused_hop == 0 && is_about_the_origin(reply.reason)) {
    return std::unexpected(Refusal{reply.reason, reply.message, reply.retry_after});
  }
  return std::unexpected(
      Refusal{EgressReason::robots_unavailable, "robots.txt cannot be read: " + reply.message});
}

std::optional<RobotsAnswer> RobotsCache::find(const std::string& key, Clock::time_point now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || now >= found->second.expires) return std::nullopt;
  return found->second.answer;
}

void RobotsCache::store(const std::string& key, RobotsAnswer answer, Clock::time_point now) {
  // A name that does not resolve now is no statement of a robots.txt, and may resolve in a second.
  if (!answer && answer.error().reason != EgressReason::robots_unavailable) return;
  if (entries_.size() >= origins_max && !entries_.contains(key)) {
    entries_.erase(std::ranges::min_element(
        entries_, {}, [](const auto& entry) { return entry.second.expires; }));
  }
  const auto expires = now + (answer ? Clock::duration(rules_lifetime) : unavailable_lifetime);
  entries_.insert_or_assign(key, Entry{std::move(answer), expires});
}

}  // namespace seekd::fetcher
