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

std::size_t bytes_of(const std::string& key, const RobotsAnswer& answer) {
  const std::size_t entry = sizeof(RobotsAnswer) + key.capacity();
  if (!answer) return entry + answer.error().detail.capacity();
  std::size_t bytes = entry + answer->rules.capacity() * sizeof(policy::RobotsRule);
  for (const policy::RobotsRule& rule : answer->rules) bytes += rule.pattern.capacity();
  return bytes;
}

}  // namespace

RobotsAnswer robots_answer(FetchResult result) {
  const FetchReply& reply = result.reply;
  if (reply.reason == EgressReason::allowed) return std::move(result.robots);
  const bool client_error = reply.http_status >= 400 && reply.http_status < 500;
  if (reply.reason == EgressReason::http_error && client_error) return policy::RobotsRules{};
  if (result.refused_hop == 0 && is_about_the_origin(reply.reason)) {
    return std::unexpected(Refusal{reply.reason, reply.message, reply.retry_after});
  }
  return std::unexpected(
      Refusal{EgressReason::robots_unavailable, "robots.txt cannot be read: " + reply.message});
}

RobotsCache::Answer RobotsCache::find(const std::string& key, Clock::time_point now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || now >= found->second.expires) return nullptr;
  return found->second.answer;
}

void RobotsCache::store(const std::string& key, const Answer& answer, Clock::time_point now) {
  // A name that does not resolve now is no statement of a robots.txt, and may resolve in a second.
  if (!*answer && answer->error().reason != EgressReason::robots_unavailable) return;
  if (const auto old = entries_.find(key); old != entries_.end()) erase(old);
  const std::size_t bytes = bytes_of(key, *answer);
  while (!entries_.empty() &&
         (entries_.size() >= origins_max || bytes_ + bytes > robots_cache_bytes_max)) {
    erase(std::ranges::min_element(entries_, {},
                                   [](const auto& entry) { return entry.second.expires; }));
  }
  const auto lifetime = *answer ? Clock::duration(rules_lifetime) : unavailable_lifetime;
  entries_.emplace(key, Entry{answer, now + lifetime, bytes});
  bytes_ += bytes;
}

void RobotsCache::erase(Entries::iterator entry) {
  bytes_ -= entry->second.bytes;
  entries_.erase(entry);
}

}  // namespace seekd::fetcher
