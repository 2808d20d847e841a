// seekctl watch follow: answers to standing questions as they come, printed or handed to a command.

#include "ctl/watch_follow.h"

#include <charconv>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "ctl/commands.h"
#include "ctl/event_command.h"
#include "ctl/event_reader.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "ctl/watch_view.h"
#include "policy/quoted.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct FollowOptions {
  DaemonOptions daemon;
  std::optional<std::int64_t> after;
  std::filesystem::path state;
  std::string command;
  bool json = false;
};

// The number of the last event that was dealt with; 0 where there is no such file yet.
Result<std::int64_t> read_state(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return 0;
  std::string text;
  std::getline(in, text);
  std::int64_t event = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), event);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || event < 0) {
    return fail(ErrorCode::corrupt, policy::quoted(file.native()) +
                                        " holds no event's number; remove it to begin with all "
                                        "that are kept");
  }
  return event;
}

// All of it or nothing: a crash in between repeats the event.
Status write_state(const std::filesystem::path& file, std::int64_t event) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  std::ofstream out(fresh, std::ios::trunc);
  out << event << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(fresh, file, error);
  if (out && !error) return {};
  return fail(ErrorCode::io, policy::quoted(file.native()) + " cannot be written");
}

Status deal_with(const std::string& text, const FollowOptions& options) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) {
    return fail(ErrorCode::internal, "seekd sent an event that is no JSON object");
  }
  const json::object& event = value.get_object();
  const std::int64_t number = integer_at(event, "event");
  if (options.command.empty() && options.json) {
    std::cout << text << std::endl;
  } else if (options.command.empty()) {
    print_event(event);
  } else {
    const Status done = run_command({options.command, text, number, integer_at(event, "watch")});
    if (!done) {
      return fail(done.error().code,
                  "event " + std::to_string(number) + ": " + done.error().message);
    }
  }
  return options.state.empty() ? Status() : write_state(options.state, number);
}

Result<json::object> request_of(const FollowOptions& options) {
  json::object request;
  if (!options.state.empty()) {
    const Result<std::int64_t> event = read_state(options.state);
    if (!event) return std::unexpected(event.error());
    request["after"] = *event;
  }
  if (options.after) request["after"] = *options.after;
  return request;
}

Status follow(const FollowOptions& options) {
  const Result<json::object> request = request_of(options);
  if (!request) return std::unexpected(request.error());
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  Status done;
  EventReader events([&](std::string_view data) {
    if (done) done = deal_with(std::string(data), options);
  });
  const Status streamed =
      seekd->stream("/seekd/v1/watches/follow", *request, [&](std::string_view bytes) -> Status {
        const Status fed = events.feed(bytes);
        return done ? fed : done;
      });
  if (!streamed) return streamed;
  return fail(ErrorCode::unavailable, "seekd has ended: follow it again when it is back");
}

}  // namespace

void add_watch_follow(CLI::App& watch, ExitStatus& status) {
  const auto options = std::make_shared<FollowOptions>();
  CLI::App* command =
      watch.add_subcommand("follow", "new answers to standing questions, as they come");
  command->footer(
      "A command gets the event as JSON on its standard input, and SEEKD_EVENT and SEEKD_WATCH in "
      "its\nenvironment. It runs as you, outside seekd's sandbox. One that fails ends this "
      "program; with --state\nthe event comes again when it is started again.\n"
      "Examples:\n  seekctl watch follow\n"
      "  seekctl watch follow --state ~/.local/state/seekd-event --exec 'mail -s News me'");
  command->add_option("--exec", options->command, "a command of the shell, run for each event");
  command->add_option("--state", options->state,
                      "a file for the last event dealt with: those after it come first");
  command
      ->add_option("--after", options->after,
                   "events after this number, as far as they are kept (0: all; default: new ones)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "each event as seekd sends it, on a line of its own");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = follow(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
