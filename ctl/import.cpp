// seekctl import: files and folders into a collection, and pages from lines of JSON.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <unistd.h>

#include "config/config.h"
#include "ctl/commands.h"
#include "ctl/file_import.h"
#include "ctl/input.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t import_line_bytes_max = 1 << 20;  // as daemon.request_bytes_max
constexpr std::size_t progress_every = 100;
constexpr std::size_t readers_max = 8;
constexpr std::size_t examples_max = 3;  // of files that are left alone, for each reason

struct ImportOptions {
  DaemonOptions daemon;
  std::vector<std::filesystem::path> paths;
  std::string lines;  // a file of JSON lines
  std::string collection;
  bool prune = false;
  bool hidden = false;
  bool json = false;
};

volatile std::sig_atomic_t interrupt_seen = 0;

void note_interrupt(int /*signal*/) {
  interrupt_seen = 1;
}

// The line with the collection it is for; as it is where none is named, or where it is no object:
// seekd says what is wrong with it.
std::string line_for(const std::string& collection, const std::string& line) {
  boost::system::error_code error;
  json::value page = collection.empty() ? json::value() : json::parse(line, error);
  if (error || !page.is_object()) return line;
  page.get_object()["collection"] = collection;
  return json::serialize(page);
}

// Every line is tried; the first refusals are told one by one.
Status import_lines(const DaemonConnection& seekd, const std::string& collection,
                    std::istream& input, const std::string& name) {
  std::size_t number = 0;
  std::size_t pages = 0;
  std::size_t refused = 0;
  std::string line;
  while (read_line(input, import_line_bytes_max, line)) {
    ++number;
    if (line.empty()) continue;
    ++pages;
    const auto reply = seekd.post_text("/seekd/v1/import", line_for(collection, line));
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

Status import_line_file(const DaemonConnection& seekd, const ImportOptions& options) {
  if (options.lines == "-") {
    return import_lines(seekd, options.collection, std::cin, "standard input");
  }
  std::ifstream file(options.lines);
  if (!file) {
    return fail(ErrorCode::not_found,
                "'" + options.lines + "' cannot be opened: name a file that you may read");
  }
  return import_lines(seekd, options.collection, file, "'" + options.lines + "'");
}

void print(const ImportSummary& summary) {
  std::cout << summary.done.files << " files: " << summary.added << " pages added, "
            << summary.changed << " changed, " << summary.unchanged << " unchanged, "
            << summary.removed << " removed, " << summary.failures.size() << " failed\n";
  for (const auto& [reason, files] : summary.skipped) {
    std::cout << files.size() << " left alone (" << reason << ')';
    for (std::size_t i = 0; i < std::min(files.size(), examples_max); ++i) {
      std::cout << (i == 0 ? ": " : "; ") << terminal_line(files[i], 300);
    }
    std::cout << (files.size() > examples_max ? "; …\n" : "\n");
  }
}

Status import_paths(const DaemonConnection& seekd, const ImportOptions& options) {
  const auto config = config::load(options.daemon.config, environ);
  if (!config) return std::unexpected(config.error());
  auto list = list_files(options.paths, options.hidden ? HiddenFiles::taken : HiddenFiles::skipped);
  if (!list) return std::unexpected(std::move(list.error()));
  auto reader = FileReader::create(config->fetcher.accept_missing);
  if (!reader) return std::unexpected(std::move(reader.error()));
  std::signal(SIGINT, note_interrupt);
  Progress progress(std::cerr, isatty(STDERR_FILENO) == 1 ? Screen::terminal : Screen::plain,
                    {list->files.size(), list->bytes}, std::chrono::steady_clock::now());
  const ImportTask task{
      .collection = options.collection,
      .prune = options.prune ? Prune::remove : Prune::keep,
      .readers = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, readers_max),
      .interrupted = [] { return interrupt_seen != 0; }};
  const auto summary = import_files(seekd, *reader, *list, task, progress);
  progress.clear();
  if (!summary) return std::unexpected(summary.error());
  if (options.json) {
    std::cout << json::serialize(to_json(*summary)) << '\n';
  } else {
    print(*summary);
  }
  if (summary->interrupted) {
    return fail(ErrorCode::cancelled,
                "interrupted: what was imported stays; import it again to "
                "go on where it ended");
  }
  if (summary->failures.empty()) return {};
  return fail(ErrorCode::invalid_argument,
              std::to_string(summary->failures.size()) + " files or lines were not imported");
}

Status import(const ImportOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  return options.lines.empty() ? import_paths(*seekd, options) : import_line_file(*seekd, options);
}

}  // namespace

void add_import(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      app.add_subcommand("import", "put files, folders, or lines of JSON into a collection");
  command->footer(
      "Files: HTML, Markdown, text, PDF, feeds, and .jsonl; told by their bytes first. Each is "
      "read "
      "by a process\nthat can do nothing else. A file that is as it was is not read again.\n"
      "Lines of --jsonl: {\"url\": …, \"title\": …, \"text\": …, \"retrieved_at\": "
      "\"2026-03-01T12:00:00Z\"}\n"
      "Example:\n  seekctl import --collection handbook --prune docs/ policy.pdf\n"
      "  seekctl import --jsonl pages.jsonl");
  CLI::Option* paths = command->add_option("PATH", options->paths, "files and folders");
  CLI::Option* collection = command->add_option(
      "--collection", options->collection,
      "where to ([[collection]] in seekd's configuration); lines go to the web without it");
  CLI::Option* lines =
      command->add_option("--jsonl", options->lines, "a page a line; - reads standard input");
  paths->needs(collection);
  lines->excludes(paths);
  command
      ->add_flag("--prune", options->prune,
                 "take out pages of files that are no more in the folders given")
      ->needs(paths);
  command->add_flag("--hidden", options->hidden, "names that begin with '.', too")->needs(paths);
  command->add_flag("--json", options->json, "the summary as JSON")->needs(paths);
  options->daemon.add_to(*command);
  command->callback([options, paths, lines, &status] {
    if (paths->empty() && lines->empty()) throw CLI::RequiredError("PATH or --jsonl");
    if (const Status done = import(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
