#include "ctl/model_switch.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <boost/json.hpp>

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t path_columns_max = 4096;

struct SwitchOptions {
  DaemonOptions daemon;
  std::string model;
  bool configured = false;
  bool json = false;
};

using OptionsPtr = std::shared_ptr<SwitchOptions>;

void print_versions(const json::object& reply) {
  for (const json::value& item : array_at(reply, "versions")) {
    if (!item.is_object()) continue;
    const json::object& version = item.get_object();
    std::cout << terminal_line(text_at(version, "state"));
    if (text_at(version, "state") == "loading") {
      if (const auto total = integer_at(version, "bytes_total"); total > 0) {
        std::cout << " (" << integer_at(version, "bytes_read") * 100 / total << " % read)";
      }
    } else {
      std::cout << "  " << terminal_line(text_at(version, "name"), 200) << "  since "
                << terminal_line(text_at(version, "since"));
    }
    std::cout << "  " << terminal_line(text_at(version, "path"), path_columns_max) << '\n';
  }
  for (const json::value& name : array_at(reply, "finishing")) {
    if (!name.is_string()) continue;
    std::cout << "ends what it has begun: " << terminal_line(name.get_string(), 200) << '\n';
  }
}

Status show(const SwitchOptions& options, const Result<json::object>& reply) {
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print_versions(*reply);
  }
  return {};
}

// "./model.gguf" is a file here, and seekd stands elsewhere.
std::string as_seekd_finds_it(const std::string& model) {
  return model.starts_with('.') ? std::filesystem::absolute(model).lexically_normal().string()
                                : model;
}

Status use(const SwitchOptions& options) {
  const auto seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  json::object body;
  if (options.configured) body["configured"] = true;
  if (!options.model.empty()) body["model"] = as_seekd_finds_it(options.model);
  return show(options, seekd->post("/seekd/v1/model/use", body));
}

Status roll_back(const SwitchOptions& options) {
  const auto seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  return show(options, seekd->post("/seekd/v1/model/rollback", {}));
}

Status list(const SwitchOptions& options) {
  const auto seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  return show(options, seekd->get("/seekd/v1/model/versions"));
}

CLI::App* add_one(CLI::App& model, const char* name, const char* what,
                  Status (*act)(const SwitchOptions&), ExitStatus& status,
                  const OptionsPtr& options) {
  CLI::App* command = model.add_subcommand(name, what);
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, act, &status] {
    if (const Status done = act(*options); !done) status = refuse(done.error());
  });
  return command;
}

}  // namespace

void add_model_switch(CLI::App& model, ExitStatus& status) {
  const auto options = std::make_shared<SwitchOptions>();
  CLI::App* take = add_one(model, "use", "let the running seekd answer with another model", use,
                           status, options);
  take->footer(
      "It is loaded beside the one that serves, and takes over when it is warm: no request is "
      "dropped. Whatever fails before that, the old one serves on. A restart keeps the choice, "
      "until model.path names another.\n"
      "Example:\n  seekctl model use HuggingFaceTB/SmolLM2-135M-Instruct");
  CLI::Option* name = take->add_option(
      "MODEL", options->model,
      "as `seekctl model list` shows it, or a path, absolute or beginning with ./");
  CLI::Option* configured =
      take->add_flag("--configured", options->configured, "the one that model.path names");
  name->excludes(configured);
  take->callback([options, &status] {
    if (options->model.empty() && !options->configured) {
      throw CLI::RequiredError("MODEL or --configured");
    }
    if (const Status done = use(*options); !done) status = refuse(done.error());
  });
  add_one(model, "rollback", "back to the model that served before", roll_back, status, options);
  add_one(model, "versions", "which model serves, and which did before", list, status, options);
}

}  // namespace seekd::ctl
