#include "fetcher/broker/fetch_machine.h"

#include <cassert>

#include <fmt/format.h>

namespace seekd::fetcher {

using policy::EgressReason;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds backoff_first{250};  // doubled with each further try
constexpr milliseconds try_time_min{1000};  // left for a try, or it is not begun

// RFC 9110 §15.6.3 to §15.6.5 and RFC 6585 §4: the server may answer the same request otherwise
// later. Without a Retry-After it has not said so.
bool asks_to_come_again(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

FetchOutcome outcome_of(EgressReason reason) {
  switch (reason) {
    case EgressReason::resolve_failed:
    case EgressReason::resolve_timeout:
    case EgressReason::connect_failed:
    case EgressReason::http_error:
    case EgressReason::timeout:
    case EgressReason::worker_failed:
    case EgressReason::internal:
      return FetchOutcome::failed;
    default:
      return FetchOutcome::refused;
  }
}

Action FetchMachine::start(const FetchRequest& request) {
  request_ = request;
  auto verdict = policy::judge_url(request.url, request.provenance, policy_, second_reader_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  url_ = *std::move(verdict.url);
  validated_url_ = url_.text();
  if (!request.validated_url.empty()) {
    const auto validated = policy::parse_url(request.validated_url);
    validated_url_ = validated ? validated->text() : "";  // unreadable: no hop gets the validators
  }
  return begin_hop();
}

Action FetchMachine::start_download(const DownloadRequest& request) {
  kind_ = request.wanted == Wanted::file ? JobKind::file : JobKind::listing;
  download_ = request;
  auto verdict =
      policy::judge_url(request.url, policy::Provenance::model_pull, policy_, second_reader_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  url_ = *std::move(verdict.url);
  return begin_hop();
}

Action FetchMachine::start_search(const policy::SearchProvider& provider,
                                  const policy::SearchTerms& terms) {
  provider_ = &provider;
  terms_ = terms;
  const bool describes = policy::names_description(provider);
  kind_ = describes ? JobKind::description : JobKind::search;
  return begin_search(describes ? policy::parse_url(provider.url)
                                : policy::search_url(provider, terms));
}

Action FetchMachine::start_upstream(const policy::Upstream& upstream,
                                    const UpstreamRequest& request) {
  const bool chats = request.path == policy::UpstreamPath::chat_completions;
  kind_ = chats ? JobKind::chat : JobKind::models;
  body_bytes_ = request.body_bytes;
  auto verdict = policy::judge_url(policy::upstream_url(upstream, request.path).text(),
                                   policy::Provenance::model_request, policy_, second_reader_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  url_ = *std::move(verdict.url);
  return begin_hop();
}

Action FetchMachine::start_notice(const policy::Webhook& webhook, std::string body) {
  kind_ = JobKind::notice;
  body_ = std::move(body);
  auto verdict =
      policy::judge_url(webhook.url, policy::Provenance::webhook, policy_, second_reader_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  url_ = *std::move(verdict.url);
  return begin_hop();
}

Action FetchMachine::begin_search(const Result<policy::Url>& url) {
  if (!url) return on_refusal({EgressReason::url_invalid, url.error().message});
  auto verdict =
      policy::judge_url(url->text(), policy::Provenance::search_query, policy_, second_reader_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  url_ = *std::move(verdict.url);
  return begin_hop();
}

// What a stranger's description says is judged as any URL; the policy knows the provider's host
// alone.
Action FetchMachine::on_description(const std::string& url_template) {
  kind_ = JobKind::search;
  return begin_search(policy::filled(url_template, terms_, provider_->results_max));
}

Action FetchMachine::start_robots(const policy::Url& judged) {
  kind_ = JobKind::robots;
  url_ = judged;
  url_.target = "/robots.txt";
  return begin_hop();
}

Action FetchMachine::begin_hop() {
  hop_asked_ = false;
  crawl_delay_ = {};
  const bool ignored =
      policy::site_of(policy_.sites, url_.host).robots == policy::RobotsUse::ignore;
  if (kind_ == JobKind::robots || kind_ == JobKind::notice || downloads() || is_search(kind_) ||
      is_upstream(kind_) || ignored) {
    return wait_for_place();
  }
  state_ = State::robots;
  return AskRobots{url_};
}

Action FetchMachine::on_robots(const RobotsAnswer& answer) {
  assert(state_ == State::robots);
  if (!answer) return on_refusal(answer.error());
  if (!policy::robots_allow(*answer, url_.target)) {
    return on_refusal(
        {EgressReason::robots_denied, url_.origin() + "/robots.txt does not allow this path"});
  }
  crawl_delay_ = answer->crawl_delay;
  return wait_for_place();
}

Action FetchMachine::wait_for_place() {
  state_ = State::place;
  return AskPlace{url_.host, kind_, crawl_delay_};
}

// Steps 7 and 8 belong to the proxy: the host's name goes to it unresolved.
Action FetchMachine::connect_to_proxy(const policy::Endpoint& proxy) {
  if (const auto plain = refuse_plain_http({})) return on_refusal(*plain);
  const auto verdict = policy::judge_proxy(url_, proxy, policy_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  proxy_ = policy::to_string(proxy);
  state_ = State::connect;
  return Connect{{proxy.address}, proxy.port};
}

Action FetchMachine::on_place() {
  assert(state_ == State::place);
  const policy::Route route = policy::route_of(policy_, url_.host);
  if (route.proxy) return connect_to_proxy(*route.proxy);
  proxy_.clear();
  state_ = State::resolve;
  return Resolve{url_.host};
}

Action FetchMachine::on_pause(milliseconds pause, const Moment& moment) {
  assert(state_ == State::place);
  if (pause <= pause_waited_max && pause + try_time_min <= moment.left) {
    state_ = State::pause;
    return Wait{pause};
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause);
  return on_refusal(
      {EgressReason::rate_limited,
       fmt::format("{} asked for no request in the next {} s", url_.host, seconds.count()),
       seconds});
}

Action FetchMachine::on_waited() {
  assert(state_ == State::pause);
  return wait_for_place();
}

std::optional<Refusal> FetchMachine::refuse_plain_http(
    std::span<const policy::IpAddress> addresses) const {
  if (!is_upstream(kind_)) return std::nullopt;
  auto verdict = policy::judge_plain_http(url_, addresses, policy_);
  if (verdict.allowed()) return std::nullopt;
  return Refusal{verdict.reason, std::move(verdict.detail)};
}

Action FetchMachine::on_addresses(const Addresses& addresses,
                                  std::span<const policy::IpAddress> own) {
  assert(state_ == State::resolve);
  if (!addresses) return on_refusal(addresses.error());
  if (addresses->empty()) {
    return on_refusal({EgressReason::resolve_failed, url_.host + " has no address"});
  }
  const auto verdict = policy::judge_addresses(url_, *addresses, policy_, own);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  if (const auto plain = refuse_plain_http(*addresses)) return on_refusal(*plain);
  state_ = State::connect;
  return Connect{*addresses, url_.port};
}

// The stored page's validators mean something to its own URL alone: another page that a redirect
// leads to might answer 304 to a date of this one.
bool FetchMachine::sends_validators() const {
  return kind_ == JobKind::page && url_.text() == validated_url_;
}

Action FetchMachine::on_not_connected(Refusal refusal, const Moment& moment) {
  assert(state_ == State::connect);
  return on_failure(std::move(refusal), moment);
}

Action FetchMachine::on_connected(TimePoint now) {
  assert(state_ == State::connect);
  if (proxy_.empty()) return work(now);
  state_ = State::tunnel;
  WorkerJob job;
  job.kind = JobKind::tunnel;
  job.url = url_;
  job.proxy = proxy_;
  return Work{std::move(job)};
}

Action FetchMachine::work(TimePoint now) {
  state_ = State::work;
  requested_at_ = now;
  if (kind_ != JobKind::robots && !hop_asked_) result_.reply.hops.push_back(url_.text());
  hop_asked_ = true;
  WorkerJob job;
  job.kind = kind_;
  job.url = url_;
  if (sends_validators()) {
    job.etag = request_.etag;
    job.last_modified = request_.last_modified;
  }
  job.body = body_;
  job.offset = download_.offset;
  job.file_bytes = download_.bytes;
  job.body_bytes = body_bytes_;
  if (provider_ != nullptr) {
    job.dialect = provider_->kind;
    job.results_max = static_cast<std::uint32_t>(provider_->results_max);
    job.places = provider_->places;
  }
  return Work{std::move(job)};
}

Action FetchMachine::on_reply(WorkerReply reply, const Moment& moment) {
  assert(state_ == State::work || state_ == State::tunnel);
  result_.reply.http_status = reply.http_status;
  result_.reply.wire_bytes += reply.wire_bytes;
  switch (reply.kind) {
    case WorkerReplyKind::redirect:
      if (state_ != State::work || kind_ == JobKind::notice) break;
      return on_redirect(reply.location);
    case WorkerReplyKind::failed:
      if (state_ == State::work && is_upstream(kind_)) {
        return on_refusal({reply.reason, std::move(reply.message), reply.retry_after});
      }
      return on_failure({reply.reason, std::move(reply.message), reply.retry_after}, moment);
    case WorkerReplyKind::tunnel:
      if (state_ != State::tunnel) break;
      return work(moment.now);
    case WorkerReplyKind::robots:
      if (state_ != State::work || kind_ != JobKind::robots) break;
      result_.robots = std::move(reply.rules);
      result_.reply.reason = EgressReason::allowed;
      result_.reply.outcome = FetchOutcome::page;
      return finish();
    case WorkerReplyKind::delivered:
      if (state_ != State::work ||
          (!downloads() && !is_upstream(kind_) && kind_ != JobKind::notice)) {
        break;
      }
      result_.reply.reason = EgressReason::allowed;
      result_.reply.outcome = FetchOutcome::delivered;
      return finish();
    case WorkerReplyKind::description:
      if (state_ != State::work || kind_ != JobKind::description) break;
      return on_description(reply.location);
    case WorkerReplyKind::search:
      if (state_ != State::work || !is_search(kind_)) break;
      result_.reply.reason = EgressReason::allowed;
      result_.reply.outcome = FetchOutcome::answered;
      result_.reply.retry_after = reply.retry_after;
      result_.content = std::move(reply.content);
      return finish();
    case WorkerReplyKind::page:
      if (state_ != State::work || kind_ != JobKind::page) break;
      return finish_page(FetchOutcome::page, std::move(reply.content), moment.now);
    case WorkerReplyKind::not_modified:
      if (state_ != State::work || !sends_validators()) break;
      if (request_.etag.empty() && request_.last_modified.empty()) break;
      return finish_page(FetchOutcome::not_modified, std::move(reply.content), moment.now);
  }
  return on_refusal({EgressReason::worker_failed, "the worker answered what was not asked"});
}

// A broken connection is tried again, and a server that says when; a refusal never.
std::optional<milliseconds> FetchMachine::retry_wait(const Refusal& refusal,
                                                     const Moment& moment) const {
  const bool comes_again = refusal.reason == EgressReason::http_error &&
                           asks_to_come_again(result_.reply.http_status) &&
                           refusal.retry_after.count() > 0;
  if (!comes_again && refusal.reason != EgressReason::connect_failed) return std::nullopt;
  if (retries_ == retries_max || refusal.retry_after > pause_waited_max) return std::nullopt;
  // Half to one and a half of the back-off, so that those who failed together do not return so.
  const auto backoff =
      std::chrono::round<milliseconds>((0.5 + moment.chance) * backoff_first * (1U << retries_));
  const milliseconds wait = refusal.retry_after + backoff;
  if (wait + try_time_min > moment.left) return std::nullopt;
  return wait;
}

Action FetchMachine::on_failure(Refusal refusal, const Moment& moment) {
  const auto wait = retry_wait(refusal, moment);
  if (!wait) return on_refusal(std::move(refusal));
  ++retries_;
  state_ = State::pause;
  return Wait{*wait};
}

Action FetchMachine::on_redirect(const std::string& location) {
  ++redirects_;
  auto verdict = policy::judge_redirect(url_, location, redirects_, policy_, second_reader_);
  if (!verdict.allowed()) return on_refusal({verdict.reason, verdict.detail});
  url_ = *std::move(verdict.url);
  return begin_hop();
}

Action FetchMachine::finish_page(FetchOutcome outcome, std::string content, TimePoint now) {
  result_.reply.outcome = outcome;
  result_.reply.reason = EgressReason::allowed;
  result_.content = std::move(content);
  result_.reply.page.emplace();
  result_.reply.page->requested_at = requested_at_;
  result_.reply.page->retrieved_at = now;
  return finish();
}

Action FetchMachine::on_refusal(Refusal refusal) {
  result_.reply.outcome = outcome_of(refusal.reason);
  result_.reply.reason = refusal.reason;
  result_.reply.message = std::move(refusal.detail);
  if (result_.reply.message.empty()) result_.reply.message = policy::to_string(refusal.reason);
  if (result_.reply.message.size() > message_bytes_max) {
    result_.reply.message.resize(message_bytes_max);
  }
  result_.reply.retry_after = refusal.retry_after;
  result_.refused_hop = redirects_;
  return finish();
}

Action FetchMachine::on_deadline() {
  switch (state_) {
    case State::place:
      return on_refusal({EgressReason::rate_limited,
                         "the turn of " + url_.host + " did not come within the request's time"});
    case State::resolve:
      return on_refusal({EgressReason::resolve_timeout, url_.host + " did not resolve in time"});
    default:
      return on_refusal(
          {EgressReason::timeout, "the request was not done within fetcher.transfer_timeout"});
  }
}

Action FetchMachine::finish() {
  state_ = State::done;
  return Finish{std::move(result_)};
}

}  // namespace seekd::fetcher
