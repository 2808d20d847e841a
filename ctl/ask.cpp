// seekctl ask: a question to seekd, and its answer as it is written.

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include <boost/json.hpp>

#include "config/quantity.h"
#include "ctl/answer_printer.h"
#include "ctl/commands.h"
#include "ctl/event_reader.h"
#include "ctl/input.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t question_bytes_max = 512 << 10;
const std::string route = "/v1/chat/completions";

struct AskOptions {
  DaemonOptions daemon;
  std::string question;
  std::vector<std::string> urls;
  std::vector<std::string> sites;
  std::vector<std::string> collections;
  std::string max_age;
  std::string effort;
  std::string as_of;
  bool fresh = false;
  bool offline = false;
  bool require_sources = false;
  bool trace = false;
  bool json = false;
  bool whole = false;
};

Result<std::string> read_question(const AskOptions& options) {
  if (options.question != "-") return options.question;
  return read_all(std::cin, question_bytes_max, "the question");
}

json::object make_request(const AskOptions& options, const std::string& question) {
  json::object request{{"messages", json::array{{{"role", "user"}, {"content", question}}}}};
  if (!options.urls.empty()) request["urls"] = json::value_from(options.urls);
  if (!options.sites.empty()) request["search_domain_filter"] = json::value_from(options.sites);
  if (!options.collections.empty()) {
    request["collections"] = json::value_from(options.collections);
  }
  if (options.offline) request["offline"] = true;
  if (!options.as_of.empty()) request["as_of"] = options.as_of;
  if (options.require_sources) request["require_sources"] = true;
  if (!options.effort.empty()) request["reasoning_effort"] = options.effort;
  if (options.fresh) request["max_age"] = 0;
  if (options.trace) request["trace"] = true;
  if (!options.max_age.empty()) {
    const auto age = config::parse_duration(options.max_age);  // checked when it was read
    request["max_age"] = std::chrono::duration_cast<std::chrono::seconds>(*age).count();
  }
  return request;
}

Status print_json(const DaemonConnection& seekd, const json::object& request) {
  const Result<json::object> reply = seekd.post(route, request);
  if (!reply) return std::unexpected(reply.error());
  std::cout << json::serialize(*reply) << '\n';
  return {};
}

Status print_whole(const DaemonConnection& seekd, const json::object& request) {
  const Result<json::object> reply = seekd.post(route, request);
  if (!reply) return std::unexpected(reply.error());
  AnswerPrinter printer(std::cout, std::cerr);
  printer.take_reply(*reply);
  return printer.finish();
}

Status print_stream(const DaemonConnection& seekd, json::object request) {
  request["stream"] = true;
  AnswerPrinter printer(std::cout, std::cerr);
  EventReader events([&](std::string_view data) { printer.take_event(data); });
  const Status streamed =
      seekd.stream(route, request, [&](std::string_view bytes) { return events.feed(bytes); });
  const Status finished = printer.finish();
  return streamed ? finished : streamed;
}

Status ask(const AskOptions& options) {
  const Result<std::string> question = read_question(options);
  if (!question) return std::unexpected(question.error());
  const json::object request = make_request(options, *question);
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  if (options.json) return print_json(*seekd, request);
  return options.whole ? print_whole(*seekd, request) : print_stream(*seekd, request);
}

}  // namespace

void add_ask(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<AskOptions>();
  CLI::App* command =
      app.add_subcommand("ask", "ask a question; the answer comes with checked citations");
  command->footer(
      "Example:\n  seekctl ask \"What is new in Debian 13?\" --url https://www.debian.org/News/");
  command->add_option("QUESTION", options->question, "the question; - reads it from standard input")
      ->required();
  command->add_option("--url", options->urls, "a page to read for the answer (may be given again)")
      ->allow_extra_args(false);
  command
      ->add_option("--site", options->sites,
                   "only pages of this host and those below it; -HOST leaves it out")
      ->allow_extra_args(false);
  command
      ->add_option("--collection", options->collections,
                   "only pages of this collection (may be given again; default: all that you may "
                   "read)")
      ->allow_extra_args(false);
  CLI::Option* fresh =
      command->add_flag("--fresh", options->fresh, "every source is asked again now");
  CLI::Option* offline =
      command->add_flag("--offline", options->offline, "answer from the cache alone");
  CLI::Option* age =
      command->add_option("--max-age", options->max_age, "how old knowledge may be: 30s, 12h, 1d")
          ->check([](const std::string& text) {
            const auto parsed = config::parse_duration(text);
            return parsed ? std::string() : parsed.error().message;
          });
  CLI::Option* as_of = command->add_option(
      "--as-of", options->as_of, "pages as they were then: 2026-03-01, 2026-03-01T12:00:00Z");
  as_of->excludes(fresh)->excludes(age);
  fresh->excludes(offline)->excludes(age);
  offline->excludes(age);
  command->add_flag("--require-sources", options->require_sources,
                    "no answer rather than one that no page supports");
  command
      ->add_option("--effort", options->effort,
                   "how long a thinking model may think: none, low, medium, high")
      ->check(CLI::IsMember({"none", "low", "medium", "high"}));
  command->add_flag("--trace", options->trace,
                    "each step of the way to the answer, with its time, to standard error");
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  command->add_flag("--no-stream", options->whole, "print the answer when it is complete");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status asked = ask(*options); !asked) status = refuse(asked.error());
  });
}

}  // namespace seekd::ctl
