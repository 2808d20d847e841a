#include "daemon/api/watch_json.h"

#include <algorithm>

#include <boost/json.hpp>

#include "daemon/refresh/due_time.h"
#include "daemon/standing/notice.h"
#include "daemon/time_text.h"
#include "policy/page_text_guard.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::value time_json(std::optional<TimePoint> time) {
  if (!time) return nullptr;
  return json::string(format_time(*time));
}

json::object run_json(const WatchRun& run) {
  return {{"at", format_time(run.at)},
          {"outcome", to_string(run.outcome)},
          {"reason", policy::visible_text(run.reason)},
          {"message", policy::visible_text(run.message)},
          {"http_status", run.http_status},
          {"entries_fetched", run.entries_fetched},
          {"entries_failed", run.entries_failed},
          {"wire_bytes", run.wire_bytes}};
}

json::value delivery_json(const NoticeDelivery& delivery) {
  if (delivery.state == NoticeDelivery::State::none) return nullptr;
  json::object body{{"state", to_string(delivery.state)},
                    {"attempts", delivery.attempts},
                    {"next_at", nullptr},
                    {"problem", policy::visible_text(delivery.problem)}};
  if (delivery.state == NoticeDelivery::State::pending)
    body["next_at"] = format_time(delivery.next_at);
  return body;
}

void put_question(const Watch& watch, const AnswerBook& book, json::object& body) {
  json::array answers;
  const std::vector<StandingAnswer>& known = book.of(watch.id);
  for (auto answer = known.rbegin(); answer != known.rend(); ++answer) {
    json::object& notice = answers.emplace_back(notice_json(watch, *answer)).as_object();
    notice.erase("watch");
    notice.erase("question");
    notice["delivery"] = delivery_json(answer->delivery);
  }
  const std::string& webhook = watch.question->webhook;
  body["url"] = nullptr;
  body["question"] = watch.question->text;
  body["owner"] = watch.question->owner.name;
  body["webhook"] = webhook.empty() ? json::value() : json::value(webhook);
  body["answers"] = std::move(answers);
}

}  // namespace

json::object watch_json(const Watch& watch, const Scheduler& scheduler, const AnswerBook& answers,
                        const config::RefreshConfig& config) {
  json::array history;
  for (auto run = watch.history.rbegin(); run != watch.history.rend(); ++run) {
    history.push_back(run_json(*run));
  }
  json::object body{{"id", watch.id},
                    {"url", watch.url},
                    {"rhythm", to_string(watch.terms.rhythm)},
                    {"calendar", nullptr},
                    {"every", nullptr},
                    {"entries_max", watch.terms.entries_max},
                    {"added_at", format_time(watch.added_at)},
                    {"due", time_json(watch.due)},
                    {"running", scheduler.running(watch.id)},
                    {"kind", to_string(watch.kind)},
                    {"runs", watch.runs},
                    {"changes", watch.changes},
                    {"not_modified", watch.not_modified},
                    {"failures", watch.failures},
                    {"failures_in_row", watch.failures_in_row},
                    {"entries_left", watch.entries_left},
                    {"history", std::move(history)}};
  if (watch.terms.rhythm == Rhythm::calendar) {
    body["calendar"] = watch.terms.calendar;
  } else {
    body["every"] = current_interval(watch, config).count();
  }
  if (watch.question) put_question(watch, answers, body);
  return body;
}

json::object refresh_json(const Scheduler& scheduler, const config::RefreshConfig& config,
                          TimePoint now) {
  const RefreshLedger today = scheduler.ledger(now);
  const auto failing = std::ranges::count_if(scheduler.watches(), [](const auto& numbered) {
    return numbered.second.failures_in_row > 0;
  });
  return {{"watches", scheduler.watches().size()},
          {"running", scheduler.running_count()},
          {"failing", failing},
          {"overdue_s", scheduler.overdue(now).count()},
          {"quiet_until", time_json(quiet_until(config, now))},
          {"pages_today", today.pages},
          {"pages_per_day_max", config.pages_per_day_max},
          {"wire_bytes_today", today.wire_bytes},
          {"bytes_per_day_max", config.bytes_per_day_max},
          {"answers_today", today.answers},
          {"answers_per_day_max", config.answers_per_day_max}};
}

}  // namespace seekd::daemon
