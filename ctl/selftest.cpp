// seekctl selftest: what the running programs must not be able to do, tried by them.

#include <algorithm>
#include <iostream>
#include <memory>

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct SelfTestOptions {
  DaemonOptions daemon;
  bool json = false;
};

bool passed(const json::object& object) {
  const json::value* const value = object.if_contains("passed");
  return value != nullptr && value->is_bool() && value->get_bool();
}

void print_line(const json::object& attempt) {
  std::cout << (passed(attempt) ? "pass  " : "FAIL  ") << terminal_line(text_at(attempt, "by"))
            << ": " << terminal_line(text_at(attempt, "tried")) << ": expected "
            << terminal_line(text_at(attempt, "expected")) << ", got "
            << terminal_line(text_at(attempt, "got")) << '\n';
}

void print_report(const json::object& report) {
  const json::array& attempts = array_at(report, "attempts");
  std::size_t failures = 0;
  for (const json::value& attempt : attempts) {
    const json::object* const object = attempt.if_object();
    if (object == nullptr) continue;
    failures += passed(*object) ? 0 : 1;
    print_line(*object);
  }
  std::cout << attempts.size() << " attempts, " << failures << " failures\n";
}

Result<ExitStatus> report(const SelfTestOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->post("/seekd/v1/selftest", {});
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print_report(*reply);
  }
  return passed(*reply) ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

void add_selftest(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<SelfTestOptions>();
  CLI::App* command = app.add_subcommand(
      "selftest", "the running seekd, broker and worker try what they must not be able to do");
  command->footer(
      "One line for each attempt: what was tried, what was expected, what happened. Each is "
      "harmless\n"
      "where it succeeds; connections go to addresses of documentation or of loopback alone.\n"
      "Exit status: 0 all was refused, 1 something was not, or a program did not answer.\n"
      "Example:\n  seekctl selftest | grep FAIL");
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    const Result<ExitStatus> done = report(*options);
    status = done ? *done : refuse(done.error());
  });
}

}  // namespace seekd::ctl
