#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "config/config.h"
#include "ctl/commands.h"
#include "ctl/input.h"

namespace seekd::ctl {
namespace {

constexpr std::size_t key_bytes_max = 8 << 10;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::filesystem::path given_or(const std::filesystem::path& given, const char* variable) {
  return given.empty() ? std::filesystem::path(environment(variable)) : given;
}

// "" where there is none.
Result<std::string> key_of(const std::filesystem::path& given) {
  const std::filesystem::path file = given_or(given, "SEEKD_KEY_FILE");
  if (file.empty()) return environment("SEEKD_API_KEY");
  Result<std::string> text = read_file(file, key_bytes_max);
  if (!text) return text;
  text->erase(text->find_last_not_of(" \r\n") + 1);
  // It becomes a line of the request.
  if (!text->empty() && std::ranges::all_of(*text, [](char c) { return c > ' ' && c < 0x7f; })) {
    return text;
  }
  return fail(ErrorCode::invalid_argument,
              "'" + file.native() + "' is no file with one key: it needs one line, and no more");
}

}  // namespace

CLI::Option* add_config_option(CLI::App& command, std::filesystem::path& file) {
  return command
      .add_option("--config", file,
                  "configuration file (default: /etc/seekd/seekd.toml where it exists)")
      ->envname("SEEKD_CONFIG");
}

void DaemonOptions::add_to(CLI::App& command) {
  CLI::Option* const socket_option = command.add_option(
      "--socket", socket, "seekd's unix socket (default: daemon.socket of the configuration)");
  command
      .add_option("--server", server,
                  "seekd on another host: https://HOST:PORT (default: $SEEKD_URL, else the socket)")
      ->excludes(socket_option);
  add_config_option(command, config);
  command.add_option("--key-file", key_file,
                     "a file with the API key to ask with (default: $SEEKD_KEY_FILE, else the key "
                     "$SEEKD_API_KEY, else the account that asks)");
  command.add_option("--ca-file", tls.authorities,
                     "whose word is taken for an https:// server, in PEM (default: $SEEKD_CA_FILE, "
                     "else whom the host trusts)");
  command.add_option("--cert", tls.certificate,
                     "a certificate to be known by, in PEM (default: $SEEKD_CERT)");
  command.add_option("--cert-key", tls.key, "its key (default: $SEEKD_CERT_KEY)");
}

Result<DaemonAddress> DaemonOptions::server_address(const std::string& url) const {
  if (!url.starts_with("https:")) return address_of_server(url, tls);
  return address_of_server(
      url, {given_or(tls.authorities, "SEEKD_CA_FILE"), given_or(tls.certificate, "SEEKD_CERT"),
            given_or(tls.key, "SEEKD_CERT_KEY")});
}

Result<DaemonAddress> DaemonOptions::address() const {
  const std::string url = socket.empty() && server.empty() ? environment("SEEKD_URL") : server;
  if (!url.empty()) return server_address(url);
  if (!tls.authorities.empty() || !tls.certificate.empty() || !tls.key.empty()) {
    return fail(ErrorCode::invalid_argument,
                "--ca-file, --cert and --cert-key are of an https:// server: name it with "
                "--server");
  }
  if (!socket.empty()) return DaemonAddress{socket, std::nullopt, {}};
  const Result<config::Config> loaded = config::load(config, environ);
  if (!loaded) return std::unexpected(loaded.error());
  return DaemonAddress{loaded->daemon.socket, std::nullopt, {}};
}

Result<DaemonConnection> DaemonOptions::connection() const {
  Result<std::string> key = key_of(key_file);
  if (!key) return std::unexpected(std::move(key.error()));
  Result<DaemonAddress> where = address();
  if (!where) return std::unexpected(std::move(where.error()));
  return DaemonConnection(*std::move(where), *std::move(key));
}

}  // namespace seekd::ctl
