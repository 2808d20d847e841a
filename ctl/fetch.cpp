// seekctl fetch: one page through the door.

#include <iomanip>
#include <iostream>
#include <memory>

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/page_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct FetchOptions {
  DaemonOptions daemon;
  std::string url;
  bool json = false;
};

void print_fetched(const json::object& reply) {
  std::cout << terminal_line(text_at(reply, "outcome")) << "  "
            << terminal_line(text_at(reply, "url")) << '\n';
  const std::string change = text_at(reply, "change");
  if (change.empty()) return;
  std::cout << "  " << terminal_line(text_at(reply, "title")) << "\n  " << change << ", version "
            << integer_at(reply, "version") << ": " << integer_at(reply, "blocks_written") << " of "
            << integer_at(reply, "blocks_total") << " blocks written, similarity "
            << std::setprecision(3) << number_at(reply, "similarity") << "\n  retrieved "
            << terminal_line(text_at(reply, "retrieved_at")) << ", fresh until "
            << terminal_line(text_at(reply, "fresh_until")) << '\n';
}

Status fetch(const FetchOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->post("/seekd/v1/fetch", {{"url", options.url}});
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print_fetched(*reply);
    print_claims(*reply, "  ");
    print_entries(*reply, "  ");
  }
  const std::string outcome = text_at(*reply, "outcome");
  if (outcome == "page" || outcome == "not_modified") return {};
  return fail(ErrorCode::unavailable,
              text_at(*reply, "reason") + ": " + text_at(*reply, "message"));
}

}  // namespace

void add_fetch(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<FetchOptions>();
  CLI::App* command = app.add_subcommand(
      "fetch", "fetch one page through the door into the cache, and say what changed");
  command->footer("Example:\n  seekctl fetch https://www.debian.org/releases/");
  command->add_option("URL", options->url, "the page")->required();
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = fetch(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
