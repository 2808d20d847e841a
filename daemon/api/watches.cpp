// GET and POST /seekd/v1/watches, GET /seekd/v1/watch, POST /seekd/v1/watch/remove and /run: pages,
// feeds and sitemaps that are refreshed by themselves.

#include <charconv>
#include <expected>
#include <utility>

#include <boost/json.hpp>

#include "daemon/access/terms.h"
#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/watch_json.h"
#include "policy/calendar.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t interval_max_s = 366LL * 24 * 3600;
constexpr std::int64_t entries_max_max = 1000;

HttpResponse reply(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

HttpResponse reply(const Services& services, const Watch& watch) {
  return reply(watch_json(watch, services.refresher.scheduler(), services.config.refresh));
}

struct WatchWish {
  std::string url;
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

std::expected<WatchWish, ApiError> read_wish(std::string_view body,
                                             const config::RefreshConfig& config, TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  WatchWish wish;
  const auto written = fields.text("url");
  if (!written) fields.reject("url", "missing_field", "is missing");
  const auto url = policy::parse_url(written.value_or(""));
  if (!url) fields.reject("url", "invalid_value", "is no URL: " + url.error().message);
  if (url) wish.url = url->text();
  read_calendar(fields, now, wish.terms);
  read_interval(fields, config, wish.terms);
  wish.terms.entries_max =
      static_cast<std::uint32_t>(fields.integer("entries_max", 0, entries_max_max)
                                     .value_or(static_cast<std::int64_t>(config.entries_max)));
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return wish;
}

ApiError no_such_watch(const std::string& name) {
  return {404, "not_found", "there is no watch " + name, "", std::nullopt};
}

// By its number or its URL.
std::expected<std::uint64_t, ApiError> find_watch(const Scheduler& scheduler,
                                                  std::optional<std::uint64_t> id,
                                                  const std::string& written) {
  if (id) {
    if (scheduler.find(*id) != nullptr) return *id;
    return std::unexpected(no_such_watch(std::to_string(*id)));
  }
  const auto url = policy::parse_url(written);
  const Watch* const watch = scheduler.find(url ? url->text() : written);
  if (watch == nullptr) return std::unexpected(no_such_watch("on '" + written + "'"));
  return watch->id;
}

std::expected<std::uint64_t, ApiError> read_named(std::string_view body,
                                                  const Scheduler& scheduler) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  const auto id = fields.integer("id", 1, std::numeric_limits<std::int64_t>::max());
  const auto url = fields.text("url");
  if (id.has_value() == url.has_value()) {
    fields.reject("id", "missing_field", "or 'url' must name the watch, one of them");
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return find_watch(scheduler, id, url.value_or(""));
}

std::expected<std::uint64_t, ApiError> read_named(const HttpRequest& request,
                                                  const Scheduler& scheduler) {
  if (request.query.size() == 1) {
    const auto& [name, value] = request.query.front();
    if (name == "url") return find_watch(scheduler, std::nullopt, value);
    std::uint64_t id = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), id);
    if (name == "id" && read.ec == std::errc() && read.ptr == value.data() + value.size()) {
      return find_watch(scheduler, id, "");
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
    watches.push_back(watch_json(watch, scheduler, services.config.refresh));
  }
  exchange->respond(
      reply({{"watches", std::move(watches)},
             {"refresh", refresh_json(scheduler, services.config.refresh, wall_clock())}}));
}

void add_watch(Services& services, const ExchangePtr& exchange) {
  auto wish = read_wish(exchange->request().body, services.config.refresh, wall_clock());
  if (!wish) return exchange->respond(to_response(wish.error()));
  if (!may_have(*exchange->caller().terms, wish->url)) {
    return exchange->respond(to_response(site_not_allowed()));
  }
  services.refresher.add(std::move(wish->url), std::move(wish->terms),
                         [&services, exchange](const Result<Watch>& watch) {
                           if (!watch)
                             return exchange->respond(to_response(to_api_error(watch.error())));
                           exchange->respond(reply(services, *watch));
                         });
}

void show_watch(Services& services, const ExchangePtr& exchange) {
  const Scheduler& scheduler = services.refresher.scheduler();
  const auto id = read_named(exchange->request(), scheduler);
  if (!id) return exchange->respond(to_response(id.error()));
  exchange->respond(reply(services, *scheduler.find(*id)));
}

void remove_watch(Services& services, const ExchangePtr& exchange) {
  const auto id = read_named(exchange->request().body, services.refresher.scheduler());
  if (!id) return exchange->respond(to_response(id.error()));
  services.refresher.remove(*id, [exchange, id = *id](const Result<bool>& removed) {
    if (!removed) return exchange->respond(to_response(to_api_error(removed.error())));
    exchange->respond(reply({{"removed", *removed}, {"id", id}}));
  });
}

void run_watch(Services& services, const ExchangePtr& exchange) {
  const auto id = read_named(exchange->request().body, services.refresher.scheduler());
  if (!id) return exchange->respond(to_response(id.error()));
  services.refresher.run_now(*id, [&services, exchange](const Result<Watch>& watch) {
    if (!watch) return exchange->respond(to_response(to_api_error(watch.error())));
    exchange->respond(reply(services, *watch));
  });
}

}  // namespace seekd::daemon
