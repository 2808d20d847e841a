#include "daemon/standing/courier.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "daemon/services.h"
#include "daemon/standing/delivery_plan.h"
#include "daemon/standing/notice.h"
#include "policy/quoted.h"
#include "policy/trace_context.h"

namespace seekd::daemon {
namespace {

using State = NoticeDelivery::State;

constexpr std::chrono::seconds look_again{5};  // the wall clock may be set meanwhile
constexpr std::chrono::seconds patience{60};   // the door's own limits come first
constexpr std::chrono::hours waits_max{25};    // for longer only where the clock went back

bool is_due(const NoticeDelivery& delivery, TimePoint now) {
  return delivery.next_at <= now || delivery.next_at - now > waits_max;
}

}  // namespace

Courier::Courier(const boost::asio::any_io_executor& executor, fetcher::FetcherClient& fetcher,
                 Refresher& refresher, const config::Config& config, Metrics& metrics)
    : fetcher_(fetcher),
      refresher_(refresher),
      config_(config),
      metrics_(metrics),
      timer_(executor) {}

void Courier::start() {
  refresher_.answers().listen(
      {.on_answer = [this](std::uint64_t, const StandingAnswer&) { look(); }, .on_end = [] {}});
  look();
}

void Courier::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& [webhook, handle] : under_way_) handle->cancel();
}

std::map<std::string, Courier::Errand> Courier::errands() const {
  std::map<std::string, Errand> first;
  for (const auto& [id, answers] : refresher_.answers().all()) {
    const Watch* const watch = refresher_.scheduler().find(id);
    if (watch == nullptr || !watch->question) continue;
    for (const StandingAnswer& answer : answers) {
      if (answer.delivery.state != State::pending) continue;
      const std::string& webhook = watch->question->webhook;
      const auto known = first.find(webhook);
      if (known != first.end() && known->second.event < answer.event) continue;
      first[webhook] = {id, answer.event, webhook, answer.delivery};
    }
  }
  return first;
}

void Courier::look() {
  if (stopped_) return;
  const TimePoint now = wall_clock();
  for (const auto& [webhook, errand] : errands()) {
    if (under_way_.contains(webhook)) continue;
    if (std::ranges::count(config_.webhooks, webhook, &policy::Webhook::name) == 0) {
      NoticeDelivery given_up = errand.delivery;
      given_up.state = State::given_up;
      given_up.problem = "there is no [[egress.webhook]] of that name any more";
      settle(errand, std::move(given_up));
    } else if (is_due(errand.delivery, now)) {
      send(errand);
    }
  }
  timer_.expires_after(look_again);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

void Courier::send(const Errand& errand) {
  const Watch& watch = *refresher_.scheduler().find(errand.watch);
  const auto& answers = refresher_.answers().of(errand.watch);
  const auto answer = std::ranges::find(answers, errand.event, &StandingAnswer::event);
  const std::string trace_id = random_hex(policy::trace_id_digits);
  under_way_[errand.webhook] =
      fetcher_.notify({.webhook = errand.webhook,
                       .id = "seekd-" + std::to_string(errand.event),
                       .body = notice_text(watch, *answer),
                       .trace_id = trace_id},
                      patience, [this, errand, trace_id](const auto& reply) {
                        under_way_.erase(errand.webhook);
                        if (!stopped_) sent(errand, trace_id, reply);
                      });
}

void Courier::sent(const Errand& errand, const std::string& trace_id,
                   const Result<fetcher::FetchReply>& reply) {
  NoticeDelivery delivery = after_attempt(errand.delivery, reply, wall_clock());
  if (delivery.state == State::delivered) {
    spdlog::info("event {} told to webhook {} trace_id={}", errand.event, errand.webhook, trace_id);
  } else {
    spdlog::warn("event {} not told to webhook {} ({}, attempt {}): {} trace_id={}", errand.event,
                 errand.webhook, to_string(delivery.state), delivery.attempts,
                 policy::quoted(delivery.problem), trace_id);
  }
  settle(errand, std::move(delivery));
  look();
}

void Courier::settle(const Errand& errand, NoticeDelivery delivery) {
  metrics_.notice_attempted(delivery.state);
  refresher_.set_delivery(errand.watch, errand.event, std::move(delivery));
}

}  // namespace seekd::daemon
