// GET and POST /seekd/v1/watches, GET /seekd/v1/watch, POST /seekd/v1/watch/remove and /run: pages,
// feeds and sitemaps that are refreshed by themselves, and questions that are answered again.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <expected>
#include <map>
#include <utility>

#include <boost/json.hpp>

#include "daemon/access/terms.h"
#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/watch_json.h"
#include "daemon/standing/notice.h"
#include "policy/calendar.h"
#include "policy/page_text_guard.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t interval_max_s = 366LL * 24 * 3600;
constexpr std::int64_t entries_max_max = 1000;
constexpr std::size_t question_bytes_max = 4096;

HttpResponse reply(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

HttpResponse reply(const Services& services, const Watch& watch) {
  return reply(watch_json(watch, services.refresher.scheduler(), services.refresher.answers(),
                          services.config.refresh));
}

struct WatchWish {
  std::string url;
  std::optional<StandingQuestion> question;
  WatchTerms terms;
};

void read_calendar(Fields& fields, TimePoint now, WatchTerms& terms) {
  const auto text = fields.text("calendar");
  if (!text) return;
  terms.rhythm = Rhythm::calendar;
  terms.calendar = *text;
  const auto calendar = policy::Calendar::parse(*text);
  if (!calendar) {
    fields.reject("calendar", "invalid_value", "is not understood: " + calendar.error().message);
  } else if (!calendar->next(now)) {
    fields.reject("calendar", "invalid_value", "has no moment left");
  }
}

void read_interval(Fields& fields, const config::RefreshConfig& config, WatchTerms& terms) {
  const auto seconds = fields.integer("every", 1, interval_max_s);
  if (!seconds) return;
  if (terms.rhythm == Rhythm::calendar) {
    fields.reject("every", "invalid_value", "stands beside 'calendar': name one of them");
  }
  terms.rhythm = Rhythm::interval;
  terms.interval = std::chrono::seconds(*seconds);
  if (terms.interval < config.interval_min) {
    fields.reject("every", "out_of_range",
                  "is less than " + std::to_string(config.interval_min.count()) +
                      " s (refresh.interval_min)");
  }
}

void read_url(Fields& fields, const std::string& written, WatchWish& wish) {
  const auto url = policy::parse_url(written);
  if (!url) return fields.reject("url", "invalid_value", "is no URL: " + url.error().message);
  wish.url = url->text();
}

void read_question(Fields& fields, const std::string& text, const config::Config& config,
                   const Caller& caller, WatchWish& wish) {
  wish.question = StandingQuestion{policy::visible_text(text), "", mark_of(caller)};
  if (wish.question->text.empty() || text.size() > question_bytes_max) {
    fields.reject(
        "question", "invalid_value",
        "is no question: 1 to " + std::to_string(question_bytes_max) + " bytes of visible text");
  }
  const auto webhook = fields.text("webhook");
  if (!webhook) return;
  wish.question->webhook = *webhook;
  if (std::ranges::count(config.webhooks, *webhook, &policy::Webhook::name) == 0) {
    fields.reject("webhook", "invalid_value", "names no table [[egress.webhook]]");
  }
}

std::expected<WatchWish, ApiError> read_wish(std::string_view body, const config::Config& config,
                                             const Caller& caller, TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  WatchWish wish;
  const auto url = fields.text("url");
  const auto question = fields.text("question");
  if (url.has_value() == question.has_value()) {
    fields.reject("url", "missing_field", "or 'question' says what is watched, one of them");
  }
  if (url) read_url(fields, *url, wish);
  if (question) read_question(fields, *question, config, caller, wish);
  read_calendar(fields, now, wish.terms);
  read_interval(fields, config.refresh, wish.terms);
  const auto entries = fields.integer("entries_max", 0, entries_max_max);
  if (entries && question) {
    fields.reject("entries_max", "invalid_value", "is of a feed or a sitemap");
  }
  wish.terms.entries_max = static_cast<std::uint32_t>(
      entries.value_or(static_cast<std::int64_t>(config.refresh.entries_max)));
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return wish;
}

// A question and what it was answered with may be of pages that others may not read: they are its
// owner's, and those callers' whose files they are anyway.
bool may_see(const Caller& caller, const Watch& watch) {
  return !watch.question || same_caller(watch.question->owner, mark_of(caller)) ||
         caller.rights == policy::Rights::all();
}

ApiError no_such_watch(const std::string& name) {
  return {404, "not_found", "there is no watch " + name, "", std::nullopt};
}

// By its number or its URL.
std::expected<std::uint64_t, ApiError> find_watch(const Scheduler& scheduler, const Caller& caller,
                                                  std::optional<std::uint64_t> id,
                                                  const std::string& written) {
  if (id) {
    const Watch* const watch = scheduler.find(*id);
    if (watch != nullptr && may_see(caller, *watch)) return *id;
    return std::unexpected(no_such_watch(std::to_string(*id)));
  }
  const auto url = policy::parse_url(written);
  const Watch* const watch = scheduler.find(url ? url->text() : written);
  if (watch == nullptr) return std::unexpected(no_such_watch("on '" + written + "'"));
  return watch->id;
}

std::expected<std::uint64_t, ApiError> read_named_in_body(const Exchange& exchange,
                                                          const Scheduler& scheduler) {
  const auto object = parse_object(exchange.request().body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  const auto id = fields.integer("id", 1, std::numeric_limits<std::int64_t>::max());
  const auto url = fields.text("url");
  if (id.has_value() == url.has_value()) {
    fields.reject("id", "missing_field", "or 'url' must name the watch, one of them");
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return find_watch(scheduler, exchange.caller(), id, url.value_or(""));
}

std::expected<std::uint64_t, ApiError> read_named_in_query(const Exchange& exchange,
                                                           const Scheduler& scheduler) {
  const HttpRequest& request = exchange.request();
  const Caller& caller = exchange.caller();
  if (request.query.size() == 1) {
    const auto& [name, value] = request.query.front();
    if (name == "url") return find_watch(scheduler, caller, std::nullopt, value);
    std::uint64_t id = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), id);
    if (name == "id" && read.ec == std::errc() && read.ptr == value.data() + value.size()) {
      return find_watch(scheduler, caller, id, "");
    }
  }
  return std::unexpected(
      ApiError{400, "missing_field", "name the watch by 'id' or 'url'", "id", std::nullopt});
}

}  // namespace

void list_watches(Services& services, const ExchangePtr& exchange) {
  const Scheduler& scheduler = services.refresher.scheduler();
  json::array watches;
  for (const auto& [id, watch] : scheduler.watches()) {
    if (!may_see(exchange->caller(), watch)) continue;
    watches.push_back(
        watch_json(watch, scheduler, services.refresher.answers(), services.config.refresh));
  }
  exchange->respond(
      reply({{"watches", std::move(watches)},
             {"refresh", refresh_json(scheduler, services.config.refresh, wall_clock())}}));
}

void add_watch(Services& services, const ExchangePtr& exchange) {
  const Caller& caller = exchange->caller();
  auto wish = read_wish(exchange->request().body, services.config, caller, wall_clock());
  if (!wish) return exchange->respond(to_response(wish.error()));
  const auto added = [&services, exchange](const Result<Watch>& watch) {
    if (!watch) return exchange->respond(to_response(to_api_error(watch.error())));
    exchange->respond(reply(services, *watch));
  };
  if (wish->question) {
    exchange->log().audited["question"] = services.auditor.question(wish->question->text);
    if (!caller.rights.has(policy::Right::ask)) {
      return exchange->respond(
          to_response({403, "not_allowed", "a standing question takes the right \"ask\", too",
                       "question", std::nullopt}));
    }
    return services.refresher.add(*std::move(wish->question), std::move(wish->terms), added);
  }
  exchange->log().audited["url"] = wish->url;
  if (!may_have(*caller.terms, wish->url)) {
    return exchange->respond(to_response(site_not_allowed()));
  }
  // Its first run is at once.
  services.limits.charge_fetches(exchange->caller(), 1, std::chrono::steady_clock::now());
  services.refresher.add(std::move(wish->url), std::move(wish->terms), added);
}

void show_watch(Services& services, const ExchangePtr& exchange) {
  const Scheduler& scheduler = services.refresher.scheduler();
  const auto id = read_named_in_query(*exchange, scheduler);
  if (!id) return exchange->respond(to_response(id.error()));
  exchange->respond(reply(services, *scheduler.find(*id)));
}

void remove_watch(Services& services, const ExchangePtr& exchange) {
  const auto id = read_named_in_body(*exchange, services.refresher.scheduler());
  if (!id) return exchange->respond(to_response(id.error()));
  exchange->log().audited["watch"] = *id;
  services.refresher.remove(*id, [exchange, id = *id](const Result<bool>& removed) {
    if (!removed) return exchange->respond(to_response(to_api_error(removed.error())));
    exchange->respond(reply({{"removed", *removed}, {"id", id}}));
  });
}

void run_watch(Services& services, const ExchangePtr& exchange) {
  const auto id = read_named_in_body(*exchange, services.refresher.scheduler());
  if (!id) return exchange->respond(to_response(id.error()));
  exchange->log().audited["watch"] = *id;
  services.limits.charge_fetches(exchange->caller(), 1, std::chrono::steady_clock::now());
  services.refresher.run_now(*id, [&services, exchange](const Result<Watch>& watch) {
    if (!watch) return exchange->respond(to_response(to_api_error(watch.error())));
    const std::vector<WatchRun>& runs = watch->history;
    const std::size_t entries =
        runs.empty() ? 0 : runs.back().entries_fetched + runs.back().entries_failed;
    services.limits.charge_fetches(exchange->caller(), entries, std::chrono::steady_clock::now());
    exchange->respond(reply(services, *watch));
  });
}

namespace {

// Those that the caller may see, after the event that he names; by their numbers.
std::map<std::uint64_t, std::string> missed(const Services& services, const Caller& caller,
                                            std::uint64_t after) {
  std::map<std::uint64_t, std::string> notices;
  const Scheduler& scheduler = services.refresher.scheduler();
  for (const auto& [id, answers] : services.refresher.answers().all()) {
    const Watch* const watch = scheduler.find(id);
    if (watch == nullptr || !may_see(caller, *watch)) continue;
    for (const StandingAnswer& answer : answers) {
      if (answer.event > after) notices.emplace(answer.event, notice_text(*watch, answer));
    }
  }
  return notices;
}

}  // namespace

// Until the reader goes, or seekd ends.
void follow_watches(Services& services, const ExchangePtr& exchange) {
  const auto object = parse_object(exchange->request().body);
  if (!object) return exchange->respond(to_response(object.error()));
  Fields fields(*object, "");
  const auto after = fields.integer("after", 0, std::numeric_limits<std::int64_t>::max());
  if (const auto error = fields.finish()) return exchange->respond(to_response(*error));
  exchange->begin_events();
  AnswerBook& answers = services.refresher.answers();
  const auto told = missed(services, exchange->caller(), after.value_or(0));
  for (const auto& [event, notice] : told) exchange->event(notice);
  const std::uint64_t listener =
      answers.listen({.on_answer =
                          [&services, exchange](std::uint64_t id, const StandingAnswer& answer) {
                            const Watch* const watch = services.refresher.scheduler().find(id);
                            if (watch == nullptr || !may_see(exchange->caller(), *watch)) return;
                            exchange->event(notice_text(*watch, answer));
                          },
                      .on_end = [exchange] { exchange->end_events(); }});
  exchange->on_gone([&answers, listener] { answers.stop_listening(listener); });
}

}  // namespace seekd::daemon
