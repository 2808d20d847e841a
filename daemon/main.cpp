// seekd: answers questions with a local model and reads the web for it through seekd-fetcher's
// door.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/config.h"
#include "config/embedded_models.h"
#include "daemon/log.h"
#include "daemon/program.h"
#include "model/store/model_store.h"
#include "policy/model_files.h"

namespace {

using seekd::Status;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_config = EX_CONFIG;  // the unit does not try again: only a person can mend it

struct Options {
  std::filesystem::path config;
  std::filesystem::path model;
};

// The options, or the status to leave with.
std::expected<Options, int> read_options(int argc, char** argv) {
  Options options;
  CLI::App app{"Answers questions with a local model; reads the web through seekd-fetcher."};
  app.set_version_flag("--version", "seekd " SEEKD_VERSION);
  app.add_option("--config", options.config,
                 "the configuration file (default: /etc/seekd/seekd.toml where it exists)");
  app.add_option(
      "--model", options.model,
      "a model of `seekctl model list`, a Hugging Face folder or a .gguf file; wins over "
      "model.path");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : exit_usage);
  }
  return options;
}

// A model of model.directory by its name, else what the path leads to.
Status find_by_name(seekd::config::ModelConfig& model) {
  const std::string name = model.path.string();
  if (model.path.is_absolute() || !seekd::policy::is_model_name(name)) return {};
  const auto stored = seekd::model::ModelStore(model.directory).find(name);
  if (!stored) return std::unexpected(stored.error());
  if (*stored) model.path = (*stored)->path();
  std::error_code error;
  if (*stored || std::filesystem::exists(model.path, error)) return {};
  return seekd::fail(seekd::ErrorCode::not_found,
                     "there is no model '" + name + "' in '" + model.directory.string() +
                         "': `seekctl model pull` or `seekctl model import` brings one");
}

// Where the configuration names no model, the one that comes along.
Status choose_model(seekd::config::ModelConfig& model) {
  if (!model.path.empty()) return find_by_name(model);
  auto path = seekd::config::find_embedded(seekd::config::embedded_model_name);
  if (!path) {
    path.error().message += ", or set model.path or --model";
    return std::unexpected(std::move(path.error()));
  }
  model.path = std::move(*path);
  return {};
}

// Likewise, but seekd runs without one: it searches by words alone.
void choose_embedder(seekd::config::EmbedderConfig& embedder) {
  if (!embedder.path.empty()) return;
  auto path = seekd::config::find_embedded(seekd::config::embedded_embedder_name);
  if (!path) {
    spdlog::warn("{}; searching by words alone", path.error().message);
    path = "none";
  }
  embedder.path = std::move(*path);
}

// Where the configuration names no file, the one that systemd was told to load.
void choose_credential(std::filesystem::path& file, const char* name) {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (!file.empty() || folder == nullptr) return;
  const std::filesystem::path credential = std::filesystem::path(folder) / name;
  std::error_code error;
  if (std::filesystem::exists(credential, error)) file = credential;
}

// What is written, and the model that the command line names.
seekd::Result<seekd::config::Config> load(const Options& options) {
  auto loaded = seekd::config::load_explained(options.config, environ);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  for (const std::string& warning : loaded->warnings) spdlog::warn("{}", warning);
  if (!options.model.empty()) loaded->config.model.path = options.model;
  return std::move(loaded->config);
}

// What is chosen where nothing is written.
Status complete(seekd::config::Config& config) {
  if (const Status chosen = choose_model(config.model); !chosen) return chosen;
  choose_embedder(config.embedder);
  choose_credential(config.cache.key_file, "cache-key");
  choose_credential(config.access.keys_file, "api-keys");
  choose_credential(config.audit.key_file, "audit-key");
  return {};
}

seekd::Result<seekd::config::Config> load_again(const Options& options) {
  auto config = load(options);
  if (!config) return config;
  if (const Status chosen = complete(*config); !chosen) return std::unexpected(chosen.error());
  return config;
}

Status run(seekd::config::Config config, const Options& options) {
  if (const Status chosen = complete(config); !chosen) return chosen;
  const auto program = seekd::daemon::Program::create(
      std::move(config), [&options] { return load_again(options); }, find_by_name);
  if (!program) return std::unexpected(program.error());
  return (*program)->run();
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) return options.error();
  seekd::daemon::start_log(seekd::daemon::log_reader());
  auto config = load(*options);
  if (!config) {
    spdlog::error("{}", config.error().message);
    return exit_config;
  }
  if (const Status done = run(*std::move(config), *options); !done) {
    spdlog::error("{}", done.error().message);
    return exit_failed;
  }
  return 0;
}
