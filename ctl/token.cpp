// seekctl token create: an API key, and the line by which seekd knows it. Needs no running daemon.

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "config/quantity.h"
#include "ctl/commands.h"
#include "ctl/terminal.h"
#include "policy/api_key.h"
#include "policy/quoted.h"
#include "policy/rights.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct TokenOptions {
  std::string name;
  std::vector<std::string> roles;
  std::string expires = "never";
  std::filesystem::path append;
  bool json = false;
};

// "never", "2026-12-31", or "90d" from today on.
Result<std::optional<std::chrono::sys_days>> last_day(const std::string& text,
                                                      std::chrono::sys_days today) {
  if (text == "never") return std::nullopt;
  if (const auto day = policy::parse_day(text)) return day;
  const auto duration = config::parse_duration(text);
  if (duration && *duration >= std::chrono::days(1)) {
    return today + std::chrono::ceil<std::chrono::days>(*duration);
  }
  return fail(ErrorCode::invalid_argument,
              policy::quoted(text) + " is no expiry: write 90d, 2026-12-31 or never");
}

Status check_names(const TokenOptions& options) {
  std::vector<std::string> names = options.roles;
  names.push_back(options.name);
  for (const std::string& name : names) {
    if (policy::is_caller_name(name)) continue;
    return fail(
        ErrorCode::invalid_argument,
        policy::quoted(name) + " is no name: 1 to 64 letters, digits, '-', '_', '.' and '@'");
  }
  return {};
}

// Created so that the group that the folder's owner gives it may read it, and nobody else.
Status append_line(const std::filesystem::path& file, const std::string& line) {
  const int opened =
      ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP);
  const ssize_t written = opened < 0 ? -1 : ::write(opened, line.data(), line.size());
  const int error = errno;
  if (opened >= 0) ::close(opened);
  if (written == static_cast<ssize_t>(line.size())) return {};
  return fail(ErrorCode::io, "'" + file.native() + "' cannot be written: " + std::strerror(error));
}

Status create(const TokenOptions& options) {
  if (Status checked = check_names(options); !checked) return checked;
  const auto now = std::chrono::system_clock::now();
  const auto day = last_day(options.expires, std::chrono::floor<std::chrono::days>(now));
  if (!day) return std::unexpected(day.error());
  std::array<std::uint8_t, policy::key_bytes> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return fail(ErrorCode::io, "the kernel has no random bytes to give");
  }
  const std::string key = policy::api_key_text(random);
  const std::string line =
      policy::to_line({options.name, *policy::hash_of_api_key(key), options.roles, *day});
  if (!options.append.empty()) {
    if (Status added = append_line(options.append, line + '\n'); !added) return added;
  }
  if (options.json) {
    std::cout << json::serialize(json::object{{"key", key}, {"line", line}}) << '\n';
  } else if (!options.append.empty()) {
    std::cout << key << '\n';
  } else {
    std::cout << "key   " << key << "\nline  " << line << '\n';
    say("give the key to its caller, it is shown this once; add the line to access.keys_file");
  }
  return {};
}

}  // namespace

void add_token(CLI::App& app, ExitStatus& status) {
  CLI::App* command = app.add_subcommand("token", "API keys, by which callers of seekd are known");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  seekctl token create --name grafana --role auditor --expires 90d --append "
      "/etc/seekd/api-keys\n  systemctl reload seekd");
  const auto options = std::make_shared<TokenOptions>();
  CLI::App* create_command = command->add_subcommand(
      "create", "a new key, and the line of access.keys_file that knows it");
  create_command->add_option("--name", options->name, "whose it is")->required();
  create_command
      ->add_option("--role", options->roles, "reader, operator, auditor, admin, or one of yours")
      ->delimiter(',')
      ->required();
  create_command->add_option("--expires", options->expires,
                             "90d, 2026-12-31 (the last day) or never, the default");
  create_command->add_option("--append", options->append,
                             "a file to add the line to; then the key alone is printed");
  create_command->add_flag("--json", options->json, R"({"key", "line"})");
  create_command->callback([options, &status] {
    if (const Status done = create(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
