// seekctl-cache: what those commands of `seekctl cache` run that want seekd stopped. A program of
// its own, because it opens the cache, and seekctl, which every other command starts, does not load
// RocksDB.

#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "config/config.h"
#include "ctl/cache_folder.h"
#include "ctl/command_line.h"
#include "ctl/exit_status.h"
#include "ctl/terminal.h"

namespace {

using namespace seekd;
using ctl::ExitStatus;

struct Options {
  std::filesystem::path config;
  std::filesystem::path folder;
  std::filesystem::path key_file;

  void add_to(CLI::App& command) {
    command
        .add_option("--config", config,
                    "configuration file (default: /etc/seekd/seekd.toml where it exists)")
        ->envname("SEEKD_CONFIG");
    command.add_option("--key-file", key_file,
                       "the cache's key (default: cache.key_file of the configuration)");
  }
};

Result<config::CacheConfig> cache_config(const Options& options) {
  auto config = config::load(options.config, environ);
  if (!config) return std::unexpected(std::move(config.error()));
  if (!options.folder.empty()) config->cache.directory = options.folder;
  if (!options.key_file.empty()) config->cache.key_file = options.key_file;
  return config->cache;
}

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

using Act = Status (*)(const config::CacheConfig&, TimePoint);

CLI::App* add_command(CLI::App& app, const char* name, const char* what, Act act,
                      ExitStatus& status) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, what);
  options->add_to(*command);
  command->add_option("--folder", options->folder,
                      "the cache (default: cache.directory of the configuration)");
  command->callback([options, act, &status] {
    const auto config = cache_config(*options);
    const Status done = config ? act(*config, wall_clock()) : std::unexpected(config.error());
    if (!done) status = ctl::refuse(done.error());
  });
  return command;
}

void add_restore(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<Options>();
  const auto backup = std::make_shared<std::filesystem::path>();
  CLI::App* command =
      app.add_subcommand("restore", "put a backup in the place of the cache, which is set aside");
  command->add_option("BACKUP", *backup, "its folder, as `seekctl cache backup` named it")
      ->required();
  options->add_to(*command);
  command->callback([options, backup, &status] {
    const auto config = cache_config(*options);
    const Status done = config ? ctl::restore_cache(*config, *backup, wall_clock())
                               : std::unexpected(config.error());
    if (!done) status = ctl::refuse(done.error());
  });
}

void add_rotate_key(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<Options>();
  const auto new_key = std::make_shared<std::filesystem::path>();
  const auto inner = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("rotate-key", "let another key open the cache");
  command->add_option("NEW_KEY_FILE", *new_key, "32 bytes, or 64 hexadecimal digits")->required();
  command->add_flag("--rewrite", *inner,
                    "encrypt all anew, where somebody may have had the old key and the folder");
  options->add_to(*command);
  command->add_option("--folder", options->folder,
                      "the cache or a backup (default: cache.directory of the configuration)");
  command->callback([options, new_key, inner, &status] {
    const auto config = cache_config(*options);
    const auto rotate = *inner ? ctl::rewrite_cache : ctl::rotate_key;
    const Status done =
        config ? rotate(*config, *new_key, wall_clock()) : std::unexpected(config.error());
    if (!done) status = ctl::refuse(done.error());
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app("Looks after a cache that no seekd holds.", "seekctl cache");
  app.set_version_flag("--version", SEEKD_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 refused or failed, 2 wrong usage.");
  ExitStatus status = ExitStatus::done;
  add_command(app, "check", "does everything agree with everything?", ctl::check_cache, status);
  add_command(app, "repair",
              "make a sound cache of what can be read; the damaged folder stays beside it",
              ctl::repair_cache, status);
  add_command(app, "export", "every page as a JSON line on standard output", ctl::export_cache,
              status);
  add_restore(app, status);
  add_command(app, "encrypt", "encrypt a cache that is not, with the key of cache.key_file",
              ctl::encrypt_cache, status);
  add_command(app, "decrypt", "the other way", ctl::decrypt_cache, status);
  add_rotate_key(app, status);
  return ctl::run_command_line(app, argc, argv, status);
}
