// seekctl config: is the configuration right, and what are the defaults?

#include <iostream>
#include <memory>

#include <unistd.h>

#include "config/config.h"
#include "ctl/commands.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

ExitStatus check(const std::filesystem::path& file) {
  const Result<config::Loaded> loaded = config::load_explained(file, environ);
  if (!loaded) return refuse(loaded.error());
  for (const std::string& warning : loaded->warnings) say("warning: " + warning);
  std::cout << "the configuration is valid\n";
  return ExitStatus::done;
}

}  // namespace

void add_config(CLI::App& app, ExitStatus& status) {
  CLI::App* command = app.add_subcommand(
      "config", "check the configuration, or show every option with its default");
  command->footer("Example:\n  seekctl config check --config /etc/seekd/seekd.toml");
  command->require_subcommand(1);

  const auto file = std::make_shared<std::filesystem::path>();
  CLI::App* check_command =
      command->add_subcommand("check", "read the configuration and say what is wrong with it");
  add_config_option(*check_command, *file);
  check_command->callback([file, &status] { status = check(*file); });

  CLI::App* defaults =
      command->add_subcommand("show-defaults", "every option, documented, as a configuration file");
  defaults->callback([] { std::cout << config::default_toml(); });
}

}  // namespace seekd::ctl
