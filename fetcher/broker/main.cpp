// seekd-fetcher: the wiring, in the order that lets every process lose its rights before it meets a
// byte from outside.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iterator>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "config/config.h"
#include "config/embedded_models.h"
#include "config/named_peers.h"
#include "fetcher/broker/broker.h"
#include "fetcher/broker/granted_folder.h"
#include "fetcher/broker/log.h"
#include "fetcher/broker/secret_file.h"
#include "fetcher/worker/zygote.h"

namespace seekd::fetcher {
namespace {

constexpr int wrong_usage = 2;

// The ports that the policy lets URLs name, those of search providers, and DNS over TCP.
std::vector<std::uint16_t> tcp_ports(const config::Config& config, const Resolver& resolver) {
  std::vector<std::uint16_t> ports = resolver.server_ports();
  std::ranges::copy(policy::open_ports(config.egress, config::named_peers(config)),
                    std::back_inserter(ports));
  return ports;
}

Result<BrokerRights> rights_of(const std::filesystem::path& file, const config::Config& config,
                               const Listener& listener, const Resolver& resolver) {
  const auto homes = own_homes(std::getenv("HOME"));
  auto folder = granted_folder(file, homes, "the configuration", "/etc/seekd");
  if (!folder) return std::unexpected(std::move(folder.error()));
  BrokerRights rights;
  rights.readable = {*std::move(folder)};
  if (config.fetcher.dns_servers.empty()) rights.readable.emplace_back("/etc/hosts");
  if (!listener.own_path.empty()) {
    folder = granted_folder(listener.own_path, homes, "the socket", "/run/seekd-fetcher");
    if (!folder) return std::unexpected(std::move(folder.error()));
    rights.removable_in = {*std::move(folder)};
  }
  rights.tcp_ports = tcp_ports(config, resolver);
  return rights;
}

// systemd.exec(5), "Credentials".
std::filesystem::path credentials_folder() {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr ? folder : "";
}

// Where seekd has its models when the configuration names none.
std::vector<std::filesystem::path> embedded_models() {
  std::vector<std::filesystem::path> found;
  for (const auto name : {config::embedded_model_name, config::embedded_embedder_name}) {
    if (auto path = config::find_embedded(name)) found.push_back(*std::move(path));
  }
  return found;
}

void warn_of_missing(spdlog::logger& log, const SandboxReport& report) {
  for (const config::SandboxMechanism mechanism : report.missing) {
    log.critical("RUNNING WITHOUT {}, as fetcher.accept_missing allows", to_string(mechanism));
  }
}

// Without destructors: fetches in flight refer to the broker's parts, and all of it goes with the
// process.
[[noreturn]] void end(const Listener& listener, const Broker& broker, spdlog::logger& log) {
  sd_notify(0, "STOPPING=1");
  if (!listener.own_path.empty()) unlink(listener.own_path.c_str());
  if (broker.failure().empty()) std::_Exit(EXIT_SUCCESS);
  log.error("{}", broker.failure());
  std::_Exit(EXIT_FAILURE);
}

// Under systemd the reload shows as such until it is done (sd_notify(3)).
void reload(const std::filesystem::path& file, Broker& broker) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now);
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(microseconds.count()));
  broker.reload(config::load_explained(file, environ));
  sd_notify(0, "READY=1");
}

void wait_for_hangup(boost::asio::signal_set& hangup, const std::filesystem::path& file,
                     Broker& broker) {
  hangup.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    reload(file, broker);
    wait_for_hangup(hangup, file, broker);
  });
}

// Returns where it could not start. `file` is absolute.
Error run(const std::filesystem::path& file, const config::Config& config, spdlog::logger& log) {
  auto zygote = start_zygote(config.fetcher);
  if (!zygote) return zygote.error();
  auto credentials = ProxyCredentials::load(configured_or_credential(
      config.fetcher.proxy_credentials, credentials_folder(), "proxy-credentials"));
  if (!credentials) return credentials.error();
  auto keys = SearchKeys::load(config.search.providers, credentials_folder());
  if (!keys) return keys.error();
  auto upstream_keys = UpstreamKeys::load(config.upstreams, credentials_folder());
  if (!upstream_keys) return upstream_keys.error();
  auto webhook_keys = WebhookKeys::load(config.webhooks, credentials_folder());
  if (!webhook_keys) return webhook_keys.error();
  Broker::Provisions provisions{std::move(zygote->control), embedded_models(),
                                *std::move(credentials),    *std::move(keys),
                                *std::move(upstream_keys),  *std::move(webhook_keys)};
  boost::asio::io_context io(1);
  const auto resolver =
      Resolver::create(io, config.fetcher.dns_servers, config.fetcher.resolve_timeout);
  if (!resolver) return resolver.error();
  const auto own_addresses = OwnAddresses::open();
  if (!own_addresses) return own_addresses.error();
  auto listener = open_listener(config.fetcher.socket);
  if (!listener) return listener.error();
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io](boost::system::error_code, int) { io.stop(); });
  boost::asio::signal_set hangup(io, SIGHUP);
  const auto rights = rights_of(file, config, *listener, **resolver);
  if (!rights) return rights.error();
  const auto sandbox = enter_broker_sandbox(*rights, config.fetcher.accept_missing);
  if (!sandbox) return sandbox.error();
  warn_of_missing(log, *sandbox);

  Broker broker(io, config, **resolver, *own_addresses, std::move(provisions), log);
  wait_for_hangup(hangup, file, broker);
  broker.serve(std::move(listener->socket), *sandbox);
  log.info("listening on '{}'", config.fetcher.socket.native());
  sd_notify(0, "READY=1");
  io.run();
  end(*listener, broker, log);
}

int start(const std::filesystem::path& file) {
  const auto log = make_log(std::getenv("JOURNAL_STREAM"));
  std::signal(SIGPIPE, SIG_IGN);
  const auto loaded = config::load_explained(file, environ);
  if (!loaded) {
    log->error("{}", loaded.error().message);
    return EX_CONFIG;  // the unit does not try again: only a person can mend it
  }
  for (const std::string& warning : loaded->warnings) log->warn("{}", warning);
  const auto path = std::filesystem::absolute(config::file_or_default(file));
  log->error("{}", run(path, loaded->config, *log).message);
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace seekd::fetcher

int main(int argc, char** argv) {
  CLI::App app("seekd's door to the web: fetches what the policy allows, for seekd alone.");
  std::filesystem::path file;
  app.add_option("--config", file, "configuration (default: /etc/seekd/seekd.toml)");
  app.set_version_flag("--version", SEEKD_VERSION);
  try {
    app.parse(argc, argv);
    return seekd::fetcher::start(file);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : seekd::fetcher::wrong_usage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "seekd-fetcher: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
