// seekctl robots: may an agent fetch a URL by this robots.txt?

#include "policy/robots.h"

#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/terminal.h"
#include "policy/url.h"

namespace seekd::ctl {
namespace {

struct RobotsOptions {
  std::string agent;
  std::string file;
  std::string url;
  bool json = false;
};

constexpr std::size_t file_bytes_max = 64
                                       << 20;  // parse_robots reads policy::robots_bytes_max of it

ExitStatus judge(const RobotsOptions& options) {
  const Result<policy::Url> url = policy::parse_url(options.url);
  if (!url) return refuse(url.error());
  const Result<std::string> text = read_file(options.file, file_bytes_max);
  if (!text) return refuse(text.error());
  const bool allowed =
      policy::robots_allow(policy::parse_robots(*text, options.agent), url->target);
  const std::string_view verdict = allowed ? "allow" : "deny";
  if (options.json) {
    std::cout << boost::json::serialize(
                     boost::json::object{{"verdict", verdict}, {"url", url->text()}})
              << '\n';
  } else {
    std::cout << verdict << '\t' << url->text() << '\n';
  }
  return allowed ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

void add_robots(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<RobotsOptions>();
  CLI::App* command =
      app.add_subcommand("robots", "may an agent fetch a URL by this robots.txt (RFC 9309)?");
  command->footer(
      "Example:\n  seekctl robots --agent seekd --file robots.txt https://example.org/private/");
  command->add_option("--agent", options->agent, "the product token, without version")->required();
  command->add_option("--file", options->file, "the robots.txt; - reads standard input")
      ->required();
  command->add_option("URL", options->url, "the page")->required();
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options, &status] { status = judge(*options); });
}

}  // namespace seekd::ctl
