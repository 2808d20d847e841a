// seekctl token create | list | revoke: API keys, and the lines by which seekd knows them. Needs no
// running daemon.

#include <algorithm>
#include <array>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <sys/random.h>
#include <unistd.h>

#include "config/config.h"
#include "config/quantity.h"
#include "ctl/commands.h"
#include "ctl/keys_file.h"
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
    Result<KeysFile> file = KeysFile::open(options.append, KeysFile::Missing::created);
    if (!file) return std::unexpected(file.error());
    if (Status added = file->add(line); !added) return added;
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

struct KeyOptions {
  std::filesystem::path file;
  std::filesystem::path config;
  std::string name;
  std::string id;
  bool json = false;
};

// What a key is told from others of its name by: the beginning of its hash.
constexpr std::size_t id_digits = 12;

// A key as it is shown.
struct KeyRow {
  std::string name, id, roles, last_day;
};

KeyRow row_of(const policy::ApiKey& key) {
  const std::string line = policy::to_line(key);  // NAME SHA256 ROLES LAST_DAY
  const std::size_t hash = key.name.size() + 1;
  const std::size_t roles = line.find(' ', hash) + 1;
  const std::size_t day = line.find(' ', roles) + 1;
  return {key.name, line.substr(hash, id_digits), line.substr(roles, day - roles - 1),
          line.substr(day)};
}

bool is_over(const policy::ApiKey& key) {
  return key.last_day && std::chrono::system_clock::now() >= *key.last_day + std::chrono::days(1);
}

Result<KeysFile> open_keys(const KeyOptions& options) {
  if (!options.file.empty()) return KeysFile::open(options.file, KeysFile::Missing::refused);
  const Result<config::Config> loaded = config::load(options.config, environ);
  if (!loaded) return std::unexpected(loaded.error());
  if (loaded->access.keys_file.empty()) {
    return fail(ErrorCode::not_found,
                "the configuration has no access.keys_file: name the file of keys with --file");
  }
  return KeysFile::open(loaded->access.keys_file, KeysFile::Missing::refused);
}

json::object json_of(const policy::ApiKey& key) {
  KeyRow row = row_of(key);
  return {{"name", std::move(row.name)},
          {"id", std::move(row.id)},
          {"roles", json::value_from(key.roles)},
          {"last_day", key.last_day ? json::value(row.last_day) : json::value()},
          {"expired", is_over(key)}};
}

void print_rows(const std::vector<policy::ApiKey>& keys) {
  std::size_t name = 4;
  std::size_t roles = 5;
  for (const policy::ApiKey& key : keys) {
    const KeyRow row = row_of(key);
    name = std::max(name, row.name.size());
    roles = std::max(roles, row.roles.size());
  }
  const auto print = [&](const KeyRow& row, std::string_view more) {
    std::cout << std::left << std::setw(static_cast<int>(name + 2)) << row.name
              << std::setw(static_cast<int>(id_digits + 2)) << row.id
              << std::setw(static_cast<int>(roles + 2)) << row.roles << row.last_day << more
              << '\n';
  };
  print({"NAME", "ID", "ROLES", "LAST DAY"}, "");
  for (const policy::ApiKey& key : keys) print(row_of(key), is_over(key) ? " (over)" : "");
}

Status list(const KeyOptions& options) {
  const Result<KeysFile> file = open_keys(options);
  if (!file) return std::unexpected(file.error());
  const auto keys = file->keys();
  if (!keys) return std::unexpected(keys.error());
  if (!options.json) {
    print_rows(*keys);
    return {};
  }
  json::array listed;
  for (const policy::ApiKey& key : *keys) listed.push_back(json_of(key));
  std::cout << json::serialize(json::object{{"keys", std::move(listed)}}) << '\n';
  return {};
}

Status revoke(const KeyOptions& options) {
  Result<KeysFile> file = open_keys(options);
  if (!file) return std::unexpected(file.error());
  const auto removed = file->remove([&](const policy::ApiKey& key) {
    return key.name == options.name && row_of(key).id.starts_with(options.id);
  });
  if (!removed) return std::unexpected(removed.error());
  if (removed->empty()) {
    return fail(ErrorCode::not_found,
                "there is no key of " + policy::quoted(options.name) +
                    (options.id.empty() ? "" : " with the id " + policy::quoted(options.id)) +
                    ": `seekctl token list` shows those that there are");
  }
  for (const policy::ApiKey& key : *removed) {
    const KeyRow row = row_of(key);
    std::cout << "revoked " << row.name << ' ' << row.id << '\n';
  }
  say("seekd knows them until it reads the file again: systemctl reload seekd");
  return {};
}

void add_file_options(CLI::App& command, KeyOptions& options) {
  command.add_option("--file", options.file, "the file of keys (default: access.keys_file)");
  add_config_option(command, options.config);
}

void add_create(CLI::App& command, ExitStatus& status) {
  const auto options = std::make_shared<TokenOptions>();
  CLI::App* create_command =
      command.add_subcommand("create", "a new key, and the line of access.keys_file that knows it");
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

void add_list(CLI::App& command, ExitStatus& status) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App* list_command =
      command.add_subcommand("list", "whose keys there are, with which roles, and until when");
  add_file_options(*list_command, *options);
  list_command->add_flag("--json", options->json,
                         R"({"keys": [{"name", "id", "roles", "last_day", "expired"}]})");
  list_command->callback([options, &status] {
    if (const Status done = list(*options); !done) status = refuse(done.error());
  });
}

void add_revoke(CLI::App& command, ExitStatus& status) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App* revoke_command = command.add_subcommand(
      "revoke", "takes out all keys of a name; they are refused when seekd is reloaded");
  revoke_command->add_option("NAME", options->name, "whose keys, as `token list` shows it")
      ->required();
  revoke_command->add_option("--id", options->id, "one of them alone, by its id or how it begins");
  add_file_options(*revoke_command, *options);
  revoke_command->callback([options, &status] {
    if (const Status done = revoke(*options); !done) status = refuse(done.error());
  });
}

}  // namespace

void add_token(CLI::App& app, ExitStatus& status) {
  CLI::App* command = app.add_subcommand("token", "API keys, by which callers of seekd are known");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  seekctl token create --name grafana --role auditor --expires 90d --append "
      "/etc/seekd/api-keys\n  seekctl token list\n  seekctl token revoke grafana\n"
      "  systemctl reload seekd");
  add_create(*command, status);
  add_list(*command, status);
  add_revoke(*command, status);
}

}  // namespace seekd::ctl
