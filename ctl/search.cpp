// seekctl search: passages out of the memory, for one query or for a query a line.

#include <deque>
#include <future>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t query_bytes_max = 8192;  // as POST search takes
constexpr std::size_t queries_at_once = 4;     // seekd reads its cache by a few threads

struct SearchOptions {
  DaemonOptions daemon;
  std::string query;
  unsigned top = 10;
  std::vector<std::string> sites;
  std::vector<std::string> collections;
  std::string mode = "hybrid";
  std::string recency;
  bool batch = false;
  bool web = false;
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

json::object request_for(const SearchOptions& options, const std::string& query) {
  json::object request{{"query", query}, {"top", options.top}, {"mode", options.mode}};
  if (!options.sites.empty()) request["hosts"] = json::value_from(options.sites);
  if (!options.collections.empty()) {
    request["collections"] = json::value_from(options.collections);
  }
  return request;
}

Status search_one(const DaemonConnection& seekd, const SearchOptions& options) {
  const auto reply = seekd.post("/seekd/v1/search", request_for(options, options.query));
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

void print_result(const json::object& result) {
  const std::string published = text_at(result, "published");
  std::cout << terminal_line(text_at(result, "title")) << "\n      "
            << terminal_line(text_at(result, "url")) << "\n      by "
            << terminal_line(text_at(result, "provider"))
            << (published.empty() ? "" : ", published " + terminal_line(published)) << '\n';
  const std::string snippet = text_at(result, "snippet");
  if (!snippet.empty()) std::cout << "      " << terminal_line(snippet, 400) << '\n';
  std::cout << '\n';
}

Status search_web(const DaemonConnection& seekd, const SearchOptions& options) {
  json::object request{{"query", options.query}};
  if (!options.sites.empty()) request["hosts"] = json::value_from(options.sites);
  if (!options.recency.empty()) request["recency"] = options.recency;
  const auto reply = seekd.post("/seekd/v1/search/web", request);
  if (!reply) return std::unexpected(reply.error());
  if (options.json) {
    std::cout << json::serialize(*reply) << '\n';
    return {};
  }
  for (const json::value& result : array_at(*reply, "results")) {
    if (result.is_object()) print_result(result.get_object());
  }
  std::cout << std::flush;
  for (const json::value& notice : array_at(*reply, "notices")) {
    if (!notice.is_object()) continue;
    std::cerr << terminal_line(text_at(notice.get_object(), "code")) << ": "
              << terminal_line(text_at(notice.get_object(), "message"), 500) << '\n';
  }
  return {};
}

struct Asked {
  std::string query;
  std::future<Result<json::object>> reply;
};

// One line out for each line in, whatever became of it. False for an error.
bool print_asked(Asked asked) {
  const Result<json::object> reply = asked.reply.get();
  json::object line{{"query", terminal_text(asked.query)}};
  if (reply) {
    line["passages"] = array_at(*reply, "passages");
  } else {
    line["error"] = json::object{{"code", to_string(reply.error().code)},
                                 {"message", terminal_text(reply.error().message)}};
  }
  std::cout << json::serialize(line) << '\n';
  return reply.has_value();
}

Status search_lines(const DaemonConnection& seekd, const SearchOptions& options) {
  std::deque<Asked> asked;
  std::size_t failed = 0;
  const auto print_first = [&] {
    if (!print_asked(std::move(asked.front()))) ++failed;
    asked.pop_front();
  };
  std::string query;
  while (read_line(std::cin, query_bytes_max, query)) {
    if (asked.size() == queries_at_once) print_first();
    auto reply = std::async(std::launch::async, [&seekd, request = request_for(options, query)] {
      return seekd.post("/seekd/v1/search", request);
    });
    asked.push_back({query, std::move(reply)});
  }
  while (!asked.empty()) print_first();
  std::cout << std::flush;
  if (auto read = check_read(std::cin, "standard input"); !read) return read;
  if (failed == 0) return {};
  return fail(ErrorCode::invalid_argument, std::to_string(failed) + " queries were not answered");
}

Status search(const SearchOptions& options) {
  const Result<DaemonConnection> seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  if (options.web) return search_web(*seekd, options);
  return options.batch ? search_lines(*seekd, options) : search_one(*seekd, options);
}

}  // namespace

void add_search(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<SearchOptions>();
  CLI::App* command = app.add_subcommand(
      "search", "passages of the cache, or with --web pages of the web; no model is asked");
  command->footer(
      "In QUERY, \"some words\" (also “…”, «…», 「…」) are found in this order alone, and -word or "
      "-\"some words\" leaves passages out that have them.\n"
      "Of --batch each line out is {\"query\", \"passages\"} or {\"query\", \"error\"}, in the "
      "order of the lines in.\n"
      "Example:\n  seekctl search 'release date \"testing freeze\" -hurd' --site .debian.org --top "
      "3\n"
      "  seekctl search --batch --top 5 < queries.txt > passages.jsonl\n"
      "  seekctl search --web 'kestrel broker release' --recency month");
  CLI::Option* query = command->add_option("QUERY", options->query, "words, or what is meant");
  command
      ->add_option("--mode", options->mode,
                   "lexical (words), dense (meaning) or hybrid (both; default)")
      ->check(CLI::IsMember({"lexical", "dense", "hybrid"}))
      ->option_text("MODE");
  command->add_option("--top", options->top, "passages at most")->check(CLI::Range(1U, 100U));
  command
      ->add_option("--site", options->sites, "a host, with all those below it (may be given again)")
      ->allow_extra_args(false);
  command
      ->add_option("--collection", options->collections,
                   "a collection (may be given again; default: all that you may read)")
      ->allow_extra_args(false);
  CLI::Option* batch =
      command->add_flag("--batch", options->batch, "a query a line on standard input");
  batch->excludes(query);
  CLI::Option* web = command->add_flag(
      "--web", options->web,
      "asks [[search.topic]] and [[search.provider]]; nothing is fetched of what they name");
  web->excludes(batch);
  command
      ->add_option("--recency", options->recency,
                   "with --web: not older than a day, week, month, year")
      ->needs(web)
      ->check(CLI::IsMember({"day", "week", "month", "year"}));
  command->add_flag("--json", options->json, "the reply as seekd sends it (as --batch does)");
  options->daemon.add_to(*command);
  command->callback([options, query, &status] {
    if (query->empty() && !options->batch) throw CLI::RequiredError("QUERY or --batch");
    if (const Status done = search(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
