// seekctl cache, forget and hold: what is kept, what must go, and whether all is well.
//
// What the running seekd can do is asked of it. What needs a cache that nobody holds is done by
// seekctl-cache, the program beside this one.

#include <iostream>
#include <memory>

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/neighbour.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

struct CacheOptions {
  DaemonOptions daemon;
  std::string pages;
  std::string reason;
  std::string name;
  bool json = false;
};

using Print = void (*)(const json::object&);

Status ask(const CacheOptions& options, const std::string& path, const json::object& body,
           Print print) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->post("/seekd/v1/" + path, body);
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print(*reply);
  }
  const json::value* sound = reply->if_contains("sound");
  if (sound != nullptr && *sound == false) {
    return fail(ErrorCode::corrupt,
                "the cache contradicts itself: stop seekd, then `seekctl cache repair`");
  }
  if (integer_at(*reply, "traces") > 0) {
    return fail(ErrorCode::internal, "traces are left: run it again");
  }
  return {};
}

void print_verified(const json::object& reply) {
  for (const json::value& finding : array_at(reply, "findings")) {
    if (finding.is_string()) std::cout << terminal_line(finding.get_string(), 1000) << '\n';
  }
  std::cout << integer_at(reply, "pages") << " pages, " << integer_at(reply, "versions")
            << " past versions, " << integer_at(reply, "blocks") << " blocks with "
            << integer_at(reply, "block_references") << " references, "
            << integer_at(reply, "passages") << " passages, " << integer_at(reply, "postings")
            << " postings: " << integer_at(reply, "findings_total") << " contradictions\n"
            << "Bloom filters call " << number_at(reply, "url_filter_errors") * 100
            << " % of unknown URLs and " << number_at(reply, "block_filter_errors") * 100
            << " % of unknown blocks known\n";
}

void print_forgotten(const json::object& reply) {
  std::cout << integer_at(reply, "pages") << " pages forgotten, with "
            << integer_at(reply, "versions") << " past versions, " << integer_at(reply, "passages")
            << " passages and " << integer_at(reply, "blocks") << " blocks ("
            << integer_at(reply, "blocks_shared") << " stay: other pages have them)\n"
            << integer_at(reply, "records_searched")
            << " records searched afterwards: " << integer_at(reply, "traces") << " traces\n";
}

void print_pages(const json::object& reply) {
  std::cout << integer_at(reply, "pages") << " stored pages\n";
}

void print_compacted(const json::object& /*reply*/) {
  std::cout << "all files are rewritten\n";
}

void print_backup(const json::object& reply) {
  std::cout << terminal_line(text_at(reply, "folder"), 4096)
            << "\nIt shares files with the cache: copy it to another disk.\n";
}

void print_holds(const json::object& reply) {
  for (const json::value& item : array_at(reply, "holds")) {
    if (!item.is_object()) continue;
    const json::object& hold = item.get_object();
    std::cout << terminal_line(text_at(hold, "pages"), 2048) << "  since "
              << terminal_line(text_at(hold, "since")) << ": "
              << terminal_line(text_at(hold, "reason"), 1024) << '\n';
  }
}

void print_statistics(const json::object& cache) {
  std::cout << integer_at(cache, "pages") << " pages, " << integer_at(cache, "versions")
            << " past versions, " << integer_at(cache, "blocks") << " blocks, "
            << integer_at(cache, "passages") << " passages, " << integer_at(cache, "vectors")
            << " vectors, " << integer_at(cache, "holds") << " holds\n"
            << integer_at(cache, "disk_bytes") << " bytes; lookups that the Bloom filters spared: "
            << integer_at(cache, "bloom_negative_answers") << '\n';
  for (const auto& [name, family] : object_at(cache, "families")) {
    if (!family.is_object()) continue;
    std::cout << "  " << terminal_line(name) << ": about "
              << integer_at(family.get_object(), "records") << " records, "
              << integer_at(family.get_object(), "bytes") << " bytes\n";
  }
}

Status show_statistics(const CacheOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->get("/seekd/v1/status");
  if (!reply) return std::unexpected(reply.error());
  const json::object& cache = object_at(*reply, "cache");
  if (options.json) {
    std::cout << json::serialize(cache) << '\n';
  } else {
    print_statistics(cache);
  }
  return {};
}

Status show_holds(const CacheOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->get("/seekd/v1/holds");
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print_holds(*reply);
  }
  return {};
}

using OptionsPtr = std::shared_ptr<CacheOptions>;

CLI::App* add_asking(CLI::App& app, const char* name, const char* what, const OptionsPtr& options) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  return command;
}

template <class Act>
void call(CLI::App* command, ExitStatus& status, const Act& act) {
  command->callback([act, &status] {
    if (const Status done = act(); !done) status = refuse(done.error());
  });
}

// Its options and its help are the other program's.
void add_offline(CLI::App& app, const std::string& name, const char* what, ExitStatus& status) {
  CLI::App* command = app.add_subcommand(name, what);
  command->set_help_flag();
  command->prefix_command();
  command->callback([command, name, &status] {
    std::vector<std::string> arguments = command->remaining();
    arguments.insert(arguments.begin(), name);
    status = refuse(become("seekctl-cache", arguments));
  });
}

void add_pages(CLI::App* command, const OptionsPtr& options) {
  command->add_option("PAGES", options->pages, "a URL, a host, or .HOST for it and those below it")
      ->required();
}

}  // namespace

void add_cache(CLI::App& app, ExitStatus& status) {
  CLI::App* cache =
      app.add_subcommand("cache", "the cache itself: is it well, and where is a copy");
  cache->require_subcommand(1);
  cache->footer(
      "verify, stats, compact and backup ask the running seekd; the others want it stopped.\n"
      "Example:\n  seekctl cache verify");
  const auto options = std::make_shared<CacheOptions>();
  CLI::App* verify =
      add_asking(*cache, "verify", "does everything agree with everything?", options);
  call(verify, status, [options] { return ask(*options, "cache/verify", {}, print_verified); });
  CLI::App* stats = add_asking(*cache, "stats", "what is in it, family by family", options);
  call(stats, status, [options] { return show_statistics(*options); });
  CLI::App* compact =
      add_asking(*cache, "compact", "rewrite all files without what has gone", options);
  call(compact, status, [options] { return ask(*options, "cache/compact", {}, print_compacted); });
  CLI::App* backup =
      add_asking(*cache, "backup", "a copy of this moment beside the cache", options);
  backup->add_option("NAME", options->name, "the copy's name (default: the time)");
  call(backup, status, [options] {
    json::object body;
    if (!options->name.empty()) body["name"] = options->name;
    return ask(*options, "cache/backup", body, print_backup);
  });
  add_offline(*cache, "check", "verify a cache that no seekd holds, a backup for instance", status);
  add_offline(*cache, "repair", "a sound cache of what can be read of a damaged one", status);
  add_offline(*cache, "restore", "a backup in the place of the cache", status);
  add_offline(*cache, "export", "every page as a JSON line, as import reads them", status);
  add_offline(*cache, "encrypt", "encrypt what is stored with the key of cache.key_file", status);
  add_offline(*cache, "decrypt", "the other way", status);
  add_offline(*cache, "rotate-key", "let another key open an encrypted cache", status);
}

void add_forget(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<CacheOptions>();
  CLI::App* command = add_asking(
      app, "forget", "take pages out of the cache for good, and look for traces of them", options);
  command->footer(
      "Past versions and the index go with them; backups that were made before keep theirs.\n"
      "Example:\n  seekctl forget .example.org");
  add_pages(command, options);
  call(command, status,
       [options] { return ask(*options, "forget", {{"pages", options->pages}}, print_forgotten); });
}

void add_hold(CLI::App& app, ExitStatus& status) {
  CLI::App* hold = app.add_subcommand("hold", "pages that may not go, whatever their age");
  hold->require_subcommand(1);
  hold->footer("Example:\n  seekctl hold add .example.org --reason \"case 12/2026\"");
  const auto options = std::make_shared<CacheOptions>();
  CLI::App* add = add_asking(*hold, "add", "keep pages, with all versions, until let go", options);
  add_pages(add, options);
  add->add_option("--reason", options->reason, "why; it is kept with the hold")->required();
  call(add, status, [options] {
    return ask(*options, "hold", {{"pages", options->pages}, {"reason", options->reason}},
               print_pages);
  });
  CLI::App* remove = add_asking(*hold, "remove", "let pages go", options);
  add_pages(remove, options);
  call(remove, status,
       [options] { return ask(*options, "let-go", {{"pages", options->pages}}, print_pages); });
  CLI::App* list = add_asking(*hold, "list", "what is held, since when, and why", options);
  call(list, status, [options] { return show_holds(*options); });
}

}  // namespace seekd::ctl
