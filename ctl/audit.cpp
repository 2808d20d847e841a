// seekctl audit: is the audit log as seekd wrote it, and what does it say? It reads the log's files
// by itself, so that a copy of them can be judged anywhere; it needs the log's key.

#include <iostream>
#include <memory>
#include <optional>

#include <boost/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/folder.h"
#include "cache/encryption/master_key.h"
#include "config/config.h"
#include "ctl/commands.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct AuditOptions {
  fs::path config;
  fs::path folder;
  fs::path key_file;
  std::string head;
  std::uint64_t since = 1;
  bool syslog = false;
  bool json = false;
};

struct LogToRead {
  fs::path folder;
  audit::Key key{};
};

// Root reads as the user that the log belongs to: its key is nobody else's.
Status become_owner(const fs::path& folder) {
  struct stat owner{};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0 || owner.st_uid == 0) return {};
  if (::setegid(owner.st_gid) == 0 && ::seteuid(owner.st_uid) == 0) return {};
  return fail(ErrorCode::io, "cannot become the owner of '" + folder.string() + "'");
}

Result<LogToRead> find_log(const AuditOptions& options) {
  LogToRead log{.folder = options.folder};
  fs::path key_file = options.key_file;
  if (log.folder.empty()) {
    const auto config = config::load(options.config, environ);
    if (!config) return std::unexpected(config.error());
    if (!config->audit.enabled()) {
      return fail(ErrorCode::not_found, "there is no audit log: audit.directory is \"none\"");
    }
    log.folder = config->audit_directory();
    if (key_file.empty()) key_file = config->audit.key_file;
  }
  if (key_file.empty()) key_file = log.folder / audit::key_name;
  if (const Status became = become_owner(log.folder); !became) {
    return std::unexpected(became.error());
  }
  const auto key = cache::read_master_key(key_file);
  if (!key) return std::unexpected(key.error());
  std::ranges::copy(key->secret.bytes(), log.key.begin());
  return log;
}

void print_verified(const audit::Verified& verified, const AuditOptions& options) {
  const std::string head = audit::to_string(verified.head);
  if (options.json) {
    std::cout << json::object{{"records", verified.head.sequence},
                              {"files", verified.files},
                              {"head", head},
                              {"torn_bytes", verified.torn_bytes}}
              << '\n';
    return;
  }
  std::cout << verified.head.sequence << " records in " << verified.files
            << " files, each as it was written\nhead " << head << '\n';
  if (verified.torn_bytes != 0) {
    say("the last line is unfinished (" + std::to_string(verified.torn_bytes) +
        " bytes): seekd was stopped while it wrote it, and takes it off when it starts");
  }
}

Status verify_log(const AuditOptions& options) {
  const auto log = find_log(options);
  if (!log) return std::unexpected(log.error());
  std::optional<audit::Head> known;
  if (!options.head.empty()) {
    const auto read = audit::parse_head(options.head);
    if (!read) return std::unexpected(read.error());
    known = *read;
  }
  bool found = !known;
  const auto verified = audit::verify(
      log->folder, log->key,
      [&](const audit::Head& head, std::string_view) { found = found || head == *known; });
  if (!verified) return std::unexpected(verified.error());
  if (!found) {
    return fail(ErrorCode::corrupt, "record " + options.head +
                                        " is not in this log: it was written anew, or cut before");
  }
  print_verified(*verified, options);
  return {};
}

// RFC 5424: facility 13 (log audit), severity 6. The record is the message.
std::string syslog_line(const json::object& record) {
  const auto text_at = [&](std::string_view name) -> std::string {
    const json::value* const value = record.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "-";
  };
  return "<110>1 " + text_at("time") + " - seekd - " + text_at("event") + " - " +
         json::serialize(record);
}

Status export_log(const AuditOptions& options) {
  const auto log = find_log(options);
  if (!log) return std::unexpected(log.error());
  const auto verified =
      audit::verify(log->folder, log->key, [&](const audit::Head& head, std::string_view text) {
        boost::system::error_code error;
        const json::value read = json::parse(text, error);
        if (head.sequence < options.since || !read.is_object()) return;
        json::object record = read.get_object();
        const std::string position = audit::to_string(head);
        record["sequence"] = head.sequence;
        record["code"] = position.substr(position.find(' ') + 1);
        std::cout << (options.syslog ? syslog_line(record) : json::serialize(record)) << '\n';
      });
  return verified ? Status() : std::unexpected(verified.error());
}

std::shared_ptr<AuditOptions> add_log_options(CLI::App& command) {
  auto options = std::make_shared<AuditOptions>();
  add_config_option(command, options->config);
  command.add_option("--folder", options->folder,
                     "the log's folder (default: audit.directory of the configuration)");
  command.add_option("--key-file", options->key_file,
                     "the log's key (default: audit.key_file, else `key` in the folder)");
  return options;
}

}  // namespace

void add_audit(CLI::App& app, ExitStatus& status) {
  CLI::App* command =
      app.add_subcommand("audit", "the log of who asked what, and what was read and refused");
  command->require_subcommand(1);
  command->footer("Example:\n  seekctl audit export --since 1000 --syslog");

  CLI::App* verify = command->add_subcommand(
      "verify", "find a record that was changed, taken out, put elsewhere or cut off");
  const auto judged = add_log_options(*verify);
  verify->add_option("--head", judged->head,
                     "\"SEQUENCE CODE\" as seekd once logged it: the log must still have it");
  verify->add_flag("--json", judged->json, "one JSON object");
  verify->callback([judged, &status] {
    if (const Status done = verify_log(*judged); !done) status = refuse(done.error());
  });

  CLI::App* exported =
      command->add_subcommand("export", "its records, verified, as lines of JSON or of syslog");
  const auto shown = add_log_options(*exported);
  exported->add_option("--since", shown->since, "the first record (default: 1)");
  exported->add_flag("--syslog", shown->syslog, "as RFC 5424 has it");
  exported->callback([shown, &status] {
    if (const Status done = export_log(*shown); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
