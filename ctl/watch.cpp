// seekctl watch: pages, feeds and sitemaps that seekd refreshes by itself, and questions that it
// answers again.

#include <charconv>
#include <iostream>
#include <memory>
#include <optional>

#include "config/quantity.h"
#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "ctl/watch_follow.h"
#include "ctl/watch_view.h"
#include "policy/calendar.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr milliseconds interval_max = std::chrono::hours(366 * 24);

struct WatchOptions {
  DaemonOptions daemon;
  std::string named;  // a number or a URL
  std::string question;
  std::string webhook;
  std::string calendar;
  std::string every;
  std::optional<unsigned> entries_max;
  bool json = false;
};

// A watch's number or its URL, as the interface names it.
json::object name_of(const std::string& named) {
  std::int64_t id = 0;
  const auto read = std::from_chars(named.data(), named.data() + named.size(), id);
  if (read.ec == std::errc() && read.ptr == named.data() + named.size()) return {{"id", id}};
  return {{"url", named}};
}

Result<json::object> terms_of(const WatchOptions& options) {
  json::object request;
  if (options.question.empty()) {
    request["url"] = options.named;
  } else {
    request["question"] = options.question;
  }
  if (!options.webhook.empty()) request["webhook"] = options.webhook;
  if (!options.calendar.empty()) request["calendar"] = options.calendar;
  if (options.entries_max) request["entries_max"] = *options.entries_max;
  if (!options.every.empty()) {
    const auto every = config::parse_duration(options.every);
    if (!every) return std::unexpected(every.error());
    if (*every < std::chrono::seconds(1) || *every > interval_max) {
      return fail(ErrorCode::invalid_argument,
                  "--every " + options.every + " is not within 1s to 366d");
    }
    request["every"] = std::chrono::duration_cast<std::chrono::seconds>(*every).count();
  }
  return request;
}

void print_one(const json::object& watch, const WatchOptions& options) {
  if (options.json) {
    std::cout << json::serialize(watch) << '\n';
  } else {
    print_watch(watch);
  }
}

Status add(const DaemonConnection& seekd, const WatchOptions& options) {
  const Result<json::object> request = terms_of(options);
  if (!request) return std::unexpected(request.error());
  const Result<json::object> watch = seekd.post("/seekd/v1/watches", *request);
  if (!watch) return std::unexpected(watch.error());
  print_one(*watch, options);
  return {};
}

Status list(const DaemonConnection& seekd, const WatchOptions& options) {
  const Result<json::object> reply = seekd.get("/seekd/v1/watches");
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
    return {};
  }
  for (const json::value& watch : array_at(*reply, "watches")) {
    if (watch.is_object()) print_watch_line(watch.get_object());
  }
  print_refresh(object_at(*reply, "refresh"));
  return {};
}

Status show(const DaemonConnection& seekd, const WatchOptions& options) {
  const json::object name = name_of(options.named);
  const json::value* const id = name.if_contains("id");
  const std::string query =
      id != nullptr ? "id=" + json::serialize(*id) : "url=" + query_value(options.named);
  const Result<json::object> watch = seekd.get("/seekd/v1/watch?" + query);
  if (!watch) return std::unexpected(watch.error());
  print_one(*watch, options);
  return {};
}

Status remove(const DaemonConnection& seekd, const WatchOptions& options) {
  const Result<json::object> reply = seekd.post("/seekd/v1/watch/remove", name_of(options.named));
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    std::cout << "watch " << integer_at(*reply, "id") << " removed\n";
  }
  return {};
}

Status run_now(const DaemonConnection& seekd, const WatchOptions& options) {
  const Result<json::object> watch = seekd.post("/seekd/v1/watch/run", name_of(options.named));
  if (!watch) return std::unexpected(watch.error());
  print_one(*watch, options);
  const json::array& history = array_at(*watch, "history");
  const json::object* const run = history.empty() ? nullptr : history.front().if_object();
  if (run == nullptr || text_at(*run, "outcome") != "failed") return {};
  return fail(ErrorCode::unavailable, text_at(*run, "reason") + ": " + text_at(*run, "message"));
}

using Action = Status (*)(const DaemonConnection&, const WatchOptions&);

// One of the five that talk to seekd.
CLI::App* add_action(CLI::App& watch, ExitStatus& status, const std::string& name,
                     const std::string& what, Action action,
                     const std::shared_ptr<WatchOptions>& options) {
  CLI::App* command = watch.add_subcommand(name, what);
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, action, &status] {
    const Result<DaemonConnection> seekd = options->daemon.connection();
    const Status done = seekd ? action(*seekd, *options) : std::unexpected(seekd.error());
    if (!done) status = refuse(done.error());
  });
  return command;
}

void add_add(CLI::App& watch, ExitStatus& status) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      add_action(watch, status, "add", "watch a page or a question, or change how it is refreshed",
                 add, options);
  command->footer(
      "Without --calendar and --every, seekd learns how often the page changes. The first run is "
      "at "
      "once.\nExamples:\n  seekctl watch add https://www.debian.org/News/news --every 6h\n"
      "  seekctl watch add https://example.org/sitemap.xml --calendar \"Mon..Fri 06:00\" --entries "
      "50\n"
      "  seekctl watch add --question \"Which version of Debian is stable?\" --webhook chat");
  CLI::Option* url = command->add_option("URL", options->named, "a page, a feed or a sitemap");
  CLI::Option* question =
      command->add_option("--question", options->question,
                          "answered again when a page that its answer cites has changed");
  url->excludes(question);
  command
      ->add_option("--webhook", options->webhook,
                   "who is told of new answers: the name of a table [[egress.webhook]]")
      ->needs(question);
  command->require_option(1, 0);
  CLI::Option* calendar = command->add_option(
      "--calendar", options->calendar,
      "moments of UTC in the language of systemd's OnCalendar= (seekctl watch next shows them)");
  command->add_option("--every", options->every, "a duration such as 90m, 6h or 2d")
      ->excludes(calendar);
  command
      ->add_option("--entries", options->entries_max,
                   "new entries of a feed or a sitemap fetched in one run (default: "
                   "refresh.entries_max)")
      ->check(CLI::Range(0U, 1000U));
}

struct NextOptions {
  std::string calendar;
  std::string after;
  unsigned count = 5;
  bool json = false;
};

Status next(const NextOptions& options) {
  const Result<policy::Calendar> calendar = policy::Calendar::parse(options.calendar);
  if (!calendar) return std::unexpected(calendar.error());
  const auto after = moment_of(options.after);
  if (!after) return std::unexpected(after.error());
  json::array moments;
  std::optional<TimePoint> moment = *after;
  while (moments.size() < options.count && (moment = calendar->next(*moment))) {
    moments.emplace_back(moment_text(*moment));
  }
  if (options.json) {
    std::cout << json::serialize(json::object{{"next", moments}}) << '\n';
  } else {
    for (const json::value& one : moments) std::cout << one.get_string().c_str() << '\n';
  }
  if (moments.empty()) return fail(ErrorCode::not_found, "it has no moment left");
  return {};
}

void add_next(CLI::App& watch, ExitStatus& status) {
  const auto options = std::make_shared<NextOptions>();
  CLI::App* command =
      watch.add_subcommand("next", "the next moments of a calendar; needs no running seekd");
  command->footer("Example:\n  seekctl watch next \"Mon..Fri *-*-* 06,18:00\"");
  command->add_option("CALENDAR", options->calendar, "as for watch add --calendar")->required();
  command->add_option("--after", options->after,
                      "a time such as 2026-03-01T12:00:00Z (default: now)");
  command->add_option("--count", options->count, "how many (default: 5)")
      ->check(CLI::Range(1U, 1000U));
  command->add_flag("--json", options->json, "{\"next\": [...]}");
  command->callback([options, &status] {
    if (const Status done = next(*options); !done) status = refuse(done.error());
  });
}

// Those that take a watch's number or URL and nothing else.
void add_named(CLI::App& watch, ExitStatus& status, const std::string& name,
               const std::string& what, Action action) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* command = add_action(watch, status, name, what, action, options);
  command->footer("Example:\n  seekctl watch " + name + " 3");
  command->add_option("WATCH", options->named, "its number, or its URL")->required();
}

}  // namespace

void add_watch(CLI::App& app, ExitStatus& status) {
  CLI::App* watch = app.add_subcommand(
      "watch", "pages, feeds, sitemaps and questions that seekd looks after by itself");
  watch->footer(
      "Example:\n  seekctl watch add https://www.debian.org/News/ --every 6h\n"
      "  seekctl watch add https://www.debian.org/News/ --calendar \"Mon..Fri 8:00\"");
  watch->require_subcommand(1);
  add_add(*watch, status);
  add_action(*watch, status, "list", "all watches, and what they have used of today's budget", list,
             std::make_shared<WatchOptions>())
      ->footer("Example:\n  seekctl watch list --json");
  add_named(*watch, status, "show", "one watch, its latest runs, and a question's answers", show);
  add_named(*watch, status, "remove", "watch it no longer; its page stays in the cache", remove);
  add_named(*watch, status, "run-now", "run it now, and say what came of it", run_now);
  add_next(*watch, status);
  add_watch_follow(*watch, status);
}

}  // namespace seekd::ctl
