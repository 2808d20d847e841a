#include <unistd.h>

#include "config/config.h"
#include "ctl/commands.h"

namespace seekd::ctl {

CLI::Option* add_config_option(CLI::App& command, std::filesystem::path& file) {
  return command
      .add_option("--config", file,
                  "configuration file (default: /etc/seekd/seekd.toml where it exists)")
      ->envname("SEEKD_CONFIG");
}

void DaemonOptions::add_to(CLI::App& command) {
  command.add_option("--socket", socket,
                     "seekd's unix socket (default: daemon.socket of the configuration)");
  add_config_option(command, config);
}

Result<DaemonConnection> DaemonOptions::connection() const {
  if (!socket.empty()) return DaemonConnection(socket);
  const Result<config::Config> loaded = config::load(config, environ);
  if (!loaded) return std::unexpected(loaded.error());
  return DaemonConnection(loaded->daemon.socket);
}

}  // namespace seekd::ctl
