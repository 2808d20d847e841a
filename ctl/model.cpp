// seekctl model: the models on this host: from a hub through the door, from a disk, and out again.
//
// Bringing is done here and not by seekd: what answers questions cannot write what it runs. Who may
// do it is who may write model.directory, and, for a pull, reach the fetcher's socket
// (store_rights.h).

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/model_import.h"
#include "ctl/model_pull.h"
#include "ctl/model_pull_view.h"
#include "ctl/model_switch.h"
#include "ctl/store_rights.h"
#include "ctl/terminal.h"
#include "policy/quoted.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

// Beyond the door's own limits, so that they speak first.
constexpr std::chrono::seconds silence_slack{30};

struct ModelOptions {
  std::filesystem::path config;
  PullRequest pull;
  std::filesystem::path source;
  std::string name;
  bool dry_run = false;
  bool json = false;
};

std::string utc_now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

Status check_name(const std::string& name) {
  if (policy::is_model_name(name)) return {};
  return fail(ErrorCode::invalid_argument,
              policy::quoted(name) + " is no model's name: write NAME or OWNER/NAME");
}

// Before anything of a model is read.
Result<config::Config> prepare(const ModelOptions& options) {
  auto config = config::load(options.config, environ);
  if (!config) return config;
  if (Status taken = take_store_rights(*config); !taken) return std::unexpected(taken.error());
  return config;
}

// Where nothing of another name is in the way: neither a model in its owner's place, nor an owner
// in its own.
Status check_free(const model::ModelStore& store, const std::string& name) {
  const std::string owner = name.substr(0, name.find('/'));
  const auto model = owner == name ? std::nullopt : store.find(owner).value_or(std::nullopt);
  std::error_code error;
  if (!model && !std::filesystem::exists(store.folder_of(name), error)) return {};
  return fail(ErrorCode::invalid_argument,
              "'" + (model ? store.folder_of(owner) : store.folder_of(name)).string() +
                  "' is in the way: choose another --name");
}

Status check_absent(const config::Config& config, const std::string& name) {
  const model::ModelStore store(config.model.directory);
  const auto there = store.find(name);
  if (!there) return std::unexpected(there.error());
  if (!*there) return check_free(store, name);
  const model::Manifest& manifest = (*there)->manifest;
  return fail(ErrorCode::invalid_argument,
              "'" + name + "' is there already, " +
                  (manifest.commit.empty() ? "imported from '" + manifest.source + "'"
                                           : "of commit " + manifest.commit) +
                  ": name the new one with --name, or `seekctl model remove " + name + "` first");
}

Status pull(const ModelOptions& options) {
  PullRequest request = options.pull;
  if (request.name.empty()) request.name = request.repository;
  for (const std::string& name : {request.repository, request.name}) {
    if (Status sound = check_name(name); !sound) return sound;
  }
  const auto config = prepare(options);
  if (!config) return std::unexpected(config.error());
  if (Status absent = check_absent(*config, request.name); !absent) return absent;
  const config::FetcherConfig& door_config = config->fetcher;
  const fetcher::Downloader door(
      door_config.socket, door_config.transfer_timeout + door_config.stall_timeout + silence_slack);
  const Hub hub(door, config->model.hub, request.repository);
  const bool terminal = isatty(STDERR_FILENO) == 1;
  PullView view(options.json ? PullFormat::json : PullFormat::people,
                terminal ? Screen::terminal : Screen::plain);
  if (options.dry_run) {
    const auto plan = plan_pull(hub, config->model, request);
    if (!plan) return std::unexpected(plan.error());
    view.show_plan(*plan);
    return {};
  }
  const auto model = pull_model(hub, door, config->model, request, utc_now(), view.events());
  view.clear();
  if (!model) return std::unexpected(model.error());
  view.show_done(*model);
  return {};
}

Status import_from_disk(const ModelOptions& options) {
  std::string name = options.name;
  if (name.empty()) {
    const auto source =
        options.source.has_filename() ? options.source : options.source.parent_path();
    name = (source.extension() == ".gguf" ? source.stem() : source.filename()).string();
  }
  if (Status sound = check_name(name); !sound) return sound;
  const auto config = prepare(options);
  if (!config) return std::unexpected(config.error());
  if (Status absent = check_absent(*config, name); !absent) return absent;
  const auto model = import_model(config->model, options.source, name, utc_now());
  if (!model) return std::unexpected(model.error());
  PullView(options.json ? PullFormat::json : PullFormat::people, Screen::none).show_done(*model);
  return {};
}

json::object to_json(const model::StoredModel& model) {
  const model::Manifest& manifest = model.manifest;
  return {{"name", manifest.name},
          {"path", model.path().string()},
          {"architecture", manifest.architecture},
          {"parameters", manifest.parameters},
          {"bytes", manifest.bytes()},
          {"source", manifest.source},
          {"revision", manifest.revision},
          {"commit", manifest.commit},
          {"brought_at", manifest.brought_at},
          {"in_use", model.in_use}};
}

Status list(const ModelOptions& options) {
  const auto config = prepare(options);
  if (!config) return std::unexpected(config.error());
  const model::ModelStore store(config->model.directory);
  const auto models = store.list();
  if (!models) return std::unexpected(models.error());
  if (options.json) {
    json::array listed, incomplete;
    for (const auto& model : *models) listed.push_back(to_json(model));
    for (const auto& part : store.incomplete()) {
      incomplete.push_back({{"name", part.name}, {"bytes", part.bytes}});
    }
    std::cout << json::serialize(json::object{{"models", std::move(listed)},
                                              {"incomplete", std::move(incomplete)}})
              << '\n';
    return {};
  }
  for (const auto& model : *models) {
    const model::Manifest& manifest = model.manifest;
    std::cout << fmt::format("{}  {}  {} parameters  {}{}\n", manifest.name,
                             terminal_line(manifest.architecture), manifest.parameters,
                             size_text(manifest.bytes()), model.in_use ? "  in use" : "");
  }
  for (const auto& part : store.incomplete()) {
    std::cout << fmt::format("{}  incomplete: {} are here\n", part.name, size_text(part.bytes));
  }
  return {};
}

Status verify(const ModelOptions& options) {
  if (Status sound = check_name(options.name); !sound) return sound;
  const auto config = prepare(options);
  if (!config) return std::unexpected(config.error());
  const auto model = model::ModelStore(config->model.directory).find(options.name);
  if (!model) return std::unexpected(model.error());
  if (!*model) return fail(ErrorCode::not_found, "there is no model '" + options.name + "'");
  const auto found = model::contradictions_of(**model);
  if (!found) return std::unexpected(found.error());
  if (options.json) {
    std::cout << json::serialize(json::object{{"sound", found->empty()},
                                              {"files", (*model)->manifest.files.size()},
                                              {"findings", json::value_from(*found)}})
              << '\n';
  } else {
    for (const std::string& finding : *found) std::cout << terminal_line(finding, 1000) << '\n';
    std::cout << (*model)->manifest.files.size() << " files, " << found->size()
              << " contradictions\n";
  }
  if (found->empty()) return {};
  return fail(ErrorCode::corrupt,
              "'" + options.name + "' is not what was brought: remove it, and bring it again");
}

Status remove(const ModelOptions& options) {
  if (Status sound = check_name(options.name); !sound) return sound;
  const auto config = prepare(options);
  if (!config) return std::unexpected(config.error());
  return model::ModelStore(config->model.directory).remove(options.name);
}

using OptionsPtr = std::shared_ptr<ModelOptions>;
using Act = Status (*)(const ModelOptions&);

CLI::App* add_one(CLI::App& app, const char* name, const char* what, Act act,
                  const OptionsPtr& options, ExitStatus& status) {
  CLI::App* command = app.add_subcommand(name, what);
  add_config_option(*command, options->config);
  command->callback([options, act, &status] {
    if (const Status done = act(*options); !done) status = refuse(done.error());
  });
  return command;
}

void add_json(CLI::App* command, const OptionsPtr& options, const char* what) {
  command->add_flag("--json", options->json, what);
}

void add_pull(CLI::App& app, const OptionsPtr& options, ExitStatus& status) {
  CLI::App* command =
      add_one(app, "pull", "bring a model from the hub, through the door", pull, options, status);
  command->footer(
      "egress.models has to name the hub and the hosts that it redirects to. Interrupted, it goes "
      "on where it was.\nOf a repository come the configuration, the tokenizer and safetensors, or "
      "one GGUF file; never pickles, never code.\n"
      "Example:\n  seekctl model pull HuggingFaceTB/SmolLM2-135M-Instruct\n"
      "  seekctl model pull bartowski/SmolLM2-135M-Instruct-GGUF --file '*Q4_K_M.gguf'");
  PullRequest& request = options->pull;
  command->add_option("REPOSITORY", request.repository, "OWNER/NAME at model.hub")->required();
  command->add_option("--revision", request.revision, "branch, tag or commit")
      ->capture_default_str();
  command->add_option("--file", request.gguf_pattern, "the GGUF file that is meant, as a pattern");
  command->add_option("--name", request.name, "its name here (default: REPOSITORY)");
  command->add_flag("--dry-run", options->dry_run, "say what would come, and bring nothing");
  add_json(command, options, "a line of JSON an event");
}

}  // namespace

void add_model(CLI::App& app, ExitStatus& status) {
  CLI::App* model =
      app.add_subcommand("model", "the models on this host: bring, list, verify, let one serve");
  model->require_subcommand(1);
  model->footer(
      "They are in model.directory; root acts as the user that it belongs to. use, rollback and "
      "versions ask the running seekd.\n"
      "Example:\n  seekctl model pull HuggingFaceTB/SmolLM2-135M-Instruct --dry-run");
  const auto options = std::make_shared<ModelOptions>();
  add_pull(*model, options, status);
  CLI::App* import =
      add_one(*model, "import", "bring a model from a disk", import_from_disk, options, status);
  import
      ->add_option("PATH", options->source,
                   "a folder with safetensors, or a .gguf file; it stays where it is")
      ->required();
  import->add_option("--name", options->name, "its name here (default: that of PATH)");
  add_json(import, options, "what was brought, as JSON");
  add_json(add_one(*model, "list", "what is here, and what of it is in use", list, options, status),
           options, "as JSON");
  CLI::App* check =
      add_one(*model, "verify", "is every byte what was brought?", verify, options, status);
  check->add_option("NAME", options->name, "as `seekctl model list` shows it")->required();
  add_json(check, options, "the findings as JSON");
  add_one(*model, "remove", "take a model out that is not in use, or what a pull has left", remove,
          options, status)
      ->add_option("NAME", options->name, "as `seekctl model list` shows it")
      ->required();
  add_model_switch(*model, status);
}

}  // namespace seekd::ctl
