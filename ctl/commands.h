// The commands of seekctl. Each function adds one to `app`; what it does runs when the whole
// command line has been read, and ends in `status`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "ctl/daemon_connection.h"
#include "ctl/exit_status.h"
#include "policy/result.h"

namespace seekd::ctl {

// They talk to seekd.
void add_ask(CLI::App& app, ExitStatus& status);
void add_fetch(CLI::App& app, ExitStatus& status);
void add_search(CLI::App& app, ExitStatus& status);
void add_show(CLI::App& app, ExitStatus& status);
void add_import(CLI::App& app, ExitStatus& status);
void add_watch(CLI::App& app, ExitStatus& status);
void add_status(CLI::App& app, ExitStatus& status);
void add_cache(CLI::App& app, ExitStatus& status);
void add_forget(CLI::App& app, ExitStatus& status);
void add_hold(CLI::App& app, ExitStatus& status);
void add_selftest(CLI::App& app, ExitStatus& status);
void add_mcp(CLI::App& app, ExitStatus& status);

// It needs seekd-fetcher alone, and that for a pull.
void add_model(CLI::App& app, ExitStatus& status);

// They need no running daemon.
void add_audit(CLI::App& app, ExitStatus& status);
void add_decide(CLI::App& app, ExitStatus& status);
void add_egress(CLI::App& app, ExitStatus& status);
void add_extract(CLI::App& app, ExitStatus& status);
void add_robots(CLI::App& app, ExitStatus& status);
void add_tokenize(CLI::App& app, ExitStatus& status);
void add_diff(CLI::App& app, ExitStatus& status);
void add_eval(CLI::App& app, ExitStatus& status);
void add_token(CLI::App& app, ExitStatus& status);
void add_config(CLI::App& app, ExitStatus& status);

// --config FILE, else $SEEKD_CONFIG, else what config::load finds.
CLI::Option* add_config_option(CLI::App& command, std::filesystem::path& file);

// Where seekd is asked: --server URL or --socket PATH, else $SEEKD_URL, else daemon.socket of the
// configuration. Who asks: the key in --key-file or $SEEKD_KEY_FILE, else $SEEKD_API_KEY; else, or
// beside it, a certificate or the account.
struct DaemonOptions {
  std::filesystem::path socket;
  std::string server;
  std::filesystem::path config;
  std::filesystem::path key_file;
  TlsFiles tls;

  void add_to(CLI::App& command);
  // Errors: of the configuration, of what goes together, or a key's file that cannot be read.
  Result<DaemonConnection> connection() const;

 private:
  Result<DaemonAddress> address() const;
  Result<DaemonAddress> server_address(const std::string& url) const;
};

}  // namespace seekd::ctl
