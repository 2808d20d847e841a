// seekctl fetch, search and import: pages through the door, out of the cache, and into it from a
// file.

#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <vector>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/json_view.h"
#include "ctl/page_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t import_line_bytes_max = 1 << 20;  // as daemon.request_bytes_max
constexpr std::size_t progress_every = 100;

struct FetchOptions {
  DaemonOptions daemon;
  std::string url;
  bool json = false;
};

void print_fetched(const json::object& reply) {
  std::cout << terminal_line(text_at(reply, "outcome")) << "  "
            << terminal_line(text_at(reply, "url")) << '\n';
  const std::string change = text_at(reply, "change");
  if (change.empty()) return;
  std::cout << "  " << terminal_line(text_at(reply, "title")) << "\n  " << change << ", version "
            << integer_at(reply, "version") << ": " << integer_at(reply, "blocks_written") << " of "
            << integer_at(reply, "blocks_total") << " blocks written, similarity "
            << std::setprecision(3) << number_at(reply, "similarity") << "\n  retrieved "
            << terminal_line(text_at(reply, "retrieved_at")) << ", fresh until "
            << terminal_line(text_at(reply, "fresh_until")) << '\n';
}

Status fetch(const FetchOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  const Result<json::object> reply = seekd->post("/seekd/v1/fetch", {{"url", options.url}});
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
  } else {
    print_fetched(*reply);
    print_claims(*reply, "  ");
    print_entries(*reply, "  ");
  }
  const std::string outcome = text_at(*reply, "outcome");
  if (outcome == "page" || outcome == "not_modified") return {};
  return fail(ErrorCode::unavailable,
              text_at(*reply, "reason") + ": " + text_at(*reply, "message"));
}

struct SearchOptions {
  DaemonOptions daemon;
  std::string query;
  unsigned top = 10;
  std::vector<std::string> sites;
  std::string mode = "hybrid";
  bool json = false;
};

void print_passage(const json::object& passage) {
  const json::object& snapshot = object_at(passage, "snapshot");
  std::cout << std::fixed << std::setprecision(2) << number_at(passage, "score") << "  "
            << terminal_line(text_at(passage, "title")) << "\n      "
            << terminal_line(text_at(passage, "url")) << "\n";
  const std::string path = text_at(passage, "heading_path");
  if (!path.empty()) std::cout << "      " << terminal_line(path) << '\n';
  std::cout << "      retrieved " << terminal_line(text_at(snapshot, "retrieved_at"))
            << ", fresh until " << terminal_line(text_at(passage, "fresh_until")) << "\n      "
            << terminal_line(text_at(passage, "text"), 400) << "\n\n";
}

Status search(const SearchOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  json::object request{{"query", options.query}, {"top", options.top}, {"mode", options.mode}};
  if (!options.sites.empty()) request["hosts"] = json::value_from(options.sites);
  const Result<json::object> reply = seekd->post("/seekd/v1/search", request);
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
    return {};
  }
  for (const json::value& passage : array_at(*reply, "passages")) {
    if (passage.is_object()) print_passage(passage.get_object());
  }
  return {};
}

struct ImportOptions {
  DaemonOptions daemon;
  std::string file;
};

// Every line is tried; the first refusals are told one by one.
Status import_lines(const DaemonConnection& seekd, std::istream& input, const std::string& name) {
  std::size_t number = 0;
  std::size_t pages = 0;
  std::size_t refused = 0;
  std::string line;
  while (read_line(input, import_line_bytes_max, line)) {
    ++number;
    if (line.empty()) continue;
    ++pages;
    const Result<json::object> reply = seekd.post_text("/seekd/v1/import", line);
    if (!reply) {
      if (reply.error().code == ErrorCode::unavailable) return std::unexpected(reply.error());
      ++refused;
      say("line " + std::to_string(number) + ": " + reply.error().message);
    }
    if (pages % progress_every == 0) std::cerr << '\r' << pages << " pages" << std::flush;
  }
  std::cerr << (pages >= progress_every ? "\r" : "") << pages - refused << " of " << pages
            << " pages imported\n";
  if (auto read = check_read(input, name); !read) return read;
  if (refused == 0) return {};
  return fail(ErrorCode::invalid_argument, std::to_string(refused) + " lines were refused");
}

Status import_file(const ImportOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  if (options.file == "-") return import_lines(*seekd, std::cin, "standard input");
  std::ifstream file(options.file);
  if (!file)
    return fail(ErrorCode::not_found,
                "'" + options.file + "' cannot be opened: name a file that you may read");
  return import_lines(*seekd, file, "'" + options.file + "'");
}

}  // namespace

void add_fetch(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<FetchOptions>();
  CLI::App* command = app.add_subcommand(
      "fetch", "fetch one page through the door into the cache, and say what changed");
  command->footer("Example:\n  seekctl fetch https://www.debian.org/releases/");
  command->add_option("URL", options->url, "the page")->required();
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = fetch(*options); !done) status = refuse(done.error());
  });
}

void add_search(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<SearchOptions>();
  CLI::App* command = app.add_subcommand(
      "search", "passages of the cache; nothing is fetched and no model is asked");
  command->footer(
      "In QUERY, \"some words\" (also “…”, «…», 「…」) are found in this order alone, and -word or "
      "-\"some words\" leaves passages out that have them.\n"
      "Example:\n  seekctl search 'release date \"testing freeze\" -hurd' --site .debian.org --top "
      "3");
  command->add_option("QUERY", options->query, "words, or what is meant")->required();
  command
      ->add_option("--mode", options->mode,
                   "lexical (words), dense (meaning) or hybrid (both; default)")
      ->check(CLI::IsMember({"lexical", "dense", "hybrid"}))
      ->option_text("MODE");
  command->add_option("--top", options->top, "passages at most")->check(CLI::Range(1U, 100U));
  command
      ->add_option("--site", options->sites, "a host, with all those below it (may be given again)")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "the reply as seekd sends it");
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = search(*options); !done) status = refuse(done.error());
  });
}

void add_import(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "put pages from a file into the cache");
  command->footer(
      "Each line: {\"url\": …, \"title\": …, \"text\": …, \"retrieved_at\": "
      "\"2026-03-01T12:00:00Z\"}\n"
      "Example:\n  seekctl import --jsonl pages.jsonl");
  command->add_option("--jsonl", options->file, "the file; - reads standard input")->required();
  options->daemon.add_to(*command);
  command->callback([options, &status] {
    if (const Status done = import_file(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
