#include "daemon/finding/provider_answer.h"

#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

using fetcher::SearchFailure;

ProviderState state_of(const fetcher::SearchContent& content) {
  switch (content.failure) {
    case SearchFailure::captcha:
      return ProviderState::captcha;
    case SearchFailure::suspended:
      return ProviderState::suspended;
    case SearchFailure::rate_limited:
      return ProviderState::rate_limited;
    case SearchFailure::refused:
      return ProviderState::refused;
    case SearchFailure::malformed:
      return ProviderState::malformed;
    case SearchFailure::none:
      break;
  }
  return content.hits.empty() ? ProviderState::nothing_found : ProviderState::results;
}

// Operators that the engines of the open web read; a wiki or a site's own search has one host.
bool knows_hosts(policy::SearchKind kind) {
  return kind == policy::SearchKind::searxng || kind == policy::SearchKind::brave;
}

std::string with_hosts(const std::string& text, const std::vector<std::string>& hosts) {
  std::string sites;
  for (const std::string& host : hosts) {
    const std::string_view name = std::string_view(host).substr(host.starts_with('.') ? 1 : 0);
    if (name.empty()) return text;  // "." is every host
    sites.append(sites.empty() ? "" : " OR ").append("site:").append(name);
  }
  if (hosts.size() > 1) sites = '(' + sites + ')';
  const bool fits = text.size() + 1 + sites.size() <= policy::search_text_bytes_max;
  return sites.empty() || !fits ? text : text + ' ' + sites;
}

}  // namespace

std::string_view to_string(ProviderState state) {
  switch (state) {
    case ProviderState::results:
      return "results";
    case ProviderState::nothing_found:
      return "nothing_found";
    case ProviderState::captcha:
      return "captcha";
    case ProviderState::suspended:
      return "suspended";
    case ProviderState::rate_limited:
      return "rate_limited";
    case ProviderState::refused:
      return "refused";
    case ProviderState::malformed:
      return "malformed";
    case ProviderState::unreachable:
      return "unreachable";
    case ProviderState::backing_off:
      return "backing_off";
  }
  return "unreachable";
}

ProviderAnswer judge_answer(const Result<fetcher::SearchReply>& reply,
                            const std::string& provider) {
  ProviderAnswer answer;
  if (!reply) {
    answer.message = reply.error().message;
    return answer;
  }
  const fetcher::FetchReply& verdict = reply->verdict;
  answer.retry_after = verdict.retry_after;
  if (!reply->content) {
    const bool limited = verdict.reason == policy::EgressReason::rate_limited;
    answer.state = limited ? ProviderState::rate_limited : ProviderState::unreachable;
    answer.message = std::string(to_string(verdict.reason)) + ": " + verdict.message;
    return answer;
  }
  answer.state = state_of(*reply->content);
  answer.message = reply->content->message;
  answer.silent = reply->content->silent;
  for (const fetcher::SearchHit& hit : reply->content->hits) {
    answer.results.push_back({hit.url, hit.title, hit.snippet, hit.published, provider,
                              policy::Provenance::search_result});
  }
  return answer;
}

policy::SearchTerms terms_for(const policy::SearchProvider& provider, const WebQuery& query,
                              const std::string& text, TimePoint now) {
  policy::SearchTerms terms;
  terms.text = knows_hosts(provider.kind) ? with_hosts(text, query.hosts) : text;
  terms.language = query.language;
  terms.after = query.after;
  terms.before = query.before;
  terms.recency = policy::recency_since(query.after, now);
  return terms;
}

}  // namespace seekd::daemon
