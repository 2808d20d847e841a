#include <cstdlib>

#include <unistd.h>

#include "config/config.h"
#include "ctl/commands.h"
#include "ctl/input.h"

namespace seekd::ctl {
namespace {

constexpr std::size_t key_bytes_max = 8 << 10;

// "" where there is none.
Result<std::string> key_of(const std::filesystem::path& file) {
  if (file.empty()) {
    const char* const given = std::getenv("SEEKD_API_KEY");
    return given == nullptr ? "" : given;
  }
  Result<std::string> text = read_file(file, key_bytes_max);
  if (text) text->erase(text->find_last_not_of(" \r\n") + 1);
  return text;
}

}  // namespace

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
  command.add_option("--key-file", key_file,
                     "a file with the API key to ask with (default: $SEEKD_API_KEY, else the "
                     "account that asks)");
}

Result<DaemonConnection> DaemonOptions::connection() const {
  Result<std::string> key = key_of(key_file);
  if (!key) return std::unexpected(std::move(key.error()));
  if (!socket.empty()) return DaemonConnection(socket, *std::move(key));
  const Result<config::Config> loaded = config::load(config, environ);
  if (!loaded) return std::unexpected(loaded.error());
  return DaemonConnection(loaded->daemon.socket, *std::move(key));
}

}  // namespace seekd::ctl
