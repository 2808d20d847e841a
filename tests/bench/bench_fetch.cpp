// seekd-bench fetch: pages a second through the real door, beside curl, from nginx on loopback over
// TLS.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "fetcher/client.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/bench/fetch_site.h"

namespace seekd::bench {
namespace {

constexpr std::size_t paragraphs = 60;  // of the generated article

using Clock = std::chrono::steady_clock;

struct Options {
  std::size_t pages = 2000;
  std::size_t at_once = 16;
  std::string article;  // a file; generated where it is empty
  bool json = false;
};

struct Measured {
  std::string name;
  std::size_t pages = 0;
  double seconds = 0;
  double cpu_seconds = 0;            // of the program that fetches and of what it started
  std::vector<double> milliseconds;  // of each page, sorted; empty where it is not known
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string article_of(const Options& options) {
  if (!options.article.empty()) {
    std::string text = text_of(options.article);
    if (text.empty()) give_up("cannot read '" + options.article + "'");
    return text;
  }
  std::string text =
      "<!doctype html><html lang=en><title>The harbour</title><nav><a "
      "href=/>Home</a></nav><main><h1>The harbour</h1>\n";
  for (std::size_t i = 0; i < paragraphs; ++i) {
    text += fmt::format(
        "<p>On day {} the harbour lay quiet under the <a href=\"/fog/{}\">morning fog</a>, and "
        "nobody "
        "saw the ship <b>leave</b>. The watch wrote of it only in the evening, when the tide had "
        "turned "
        "and the lamps along the quay were lit again.</p>\n",
        i, i);
  }
  return text + "</main><footer>All rights reserved</footer></html>\n";
}

// Keeps `at_once` fetches in flight until every page has been had once.
class Crowd {
 public:
  Crowd(boost::asio::io_context& io, const FetchSite& site, std::size_t pages)
      : site_(site), client_(io.get_executor(), site.socket(), reply_bytes_max), pages_(pages) {}

  void fetch_next() {
    if (begun_ == pages_) return;
    fetcher::FetchRequest request;
    request.url = site_.url(begun_++);
    request.provenance = policy::Provenance::user;
    client_.fetch(
        request, patience, [this, start = Clock::now()](const Result<fetcher::FetchReply>& reply) {
          if (!reply) give_up(reply.error().message);
          if (!reply->page)
            give_up(std::string(policy::to_string(reply->reason)) + ": " + reply->message);
          milliseconds.push_back(1000 * seconds_since(start));
          fetch_next();
        });
  }

  std::vector<double> milliseconds;

 private:
  static constexpr std::size_t reply_bytes_max = 24 << 20;
  static constexpr std::chrono::seconds patience{60};

  const FetchSite& site_;
  fetcher::FetcherClient client_;
  std::size_t pages_;
  std::size_t begun_ = 0;
};

Measured through_the_door(const FetchSite& site, const Options& options) {
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "seekd-fetcher";
  Child door({program, "--config", site.configuration()}, site.log());
  wait_for([&] { return std::filesystem::exists(site.socket()) || door.has_ended(); },
           "seekd-fetcher");
  if (door.has_ended()) give_up("seekd-fetcher did not start: " + text_of(site.log()));
  boost::asio::io_context io;
  Crowd first(io, site, 1);  // robots.txt, and what is loaded once
  first.fetch_next();
  io.run();
  io.restart();

  Measured measured{
      fmt::format("seekd-fetcher, {} at once", options.at_once), options.pages, 0, 0, {}};
  Crowd crowd(io, site, options.pages);
  const double cpu_before = door.cpu_seconds_of_tree();
  const auto start = Clock::now();
  for (std::size_t i = 0; i < options.at_once; ++i) crowd.fetch_next();
  io.run();
  measured.seconds = seconds_since(start);
  measured.cpu_seconds = door.cpu_seconds_of_tree() - cpu_before;
  measured.milliseconds = std::move(crowd.milliseconds);
  std::ranges::sort(measured.milliseconds);
  door.end();
  return measured;
}

enum class Connections : std::uint8_t { one_a_page, kept };

Measured through_curl(const FetchSite& site, const Options& options, Connections connections) {
  std::string list;
  for (std::size_t page = 0; page < options.pages; ++page) {
    list += fmt::format("url = \"{}\"\noutput = \"/dev/null\"\n", site.url(page));
  }
  write_file(site.folder() / "curl.list", list);
  std::vector<std::string> command{"curl",
                                   "--silent",
                                   "--fail",
                                   "--parallel",
                                   "--parallel-immediate",
                                   "--parallel-max",
                                   std::to_string(options.at_once),
                                   "--cacert",
                                   site.certificate(),
                                   "--config",
                                   site.folder() / "curl.list"};
  if (connections == Connections::one_a_page)
    command.insert(command.end(), {"--header", "Connection: close"});
  Measured measured{connections == Connections::kept ? "curl --parallel, connections kept"
                                                     : "curl --parallel, a connection a page",
                    options.pages,
                    0,
                    0,
                    {}};
  const auto start = Clock::now();
  measured.cpu_seconds = run(command);
  measured.seconds = seconds_since(start);
  return measured;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void print_table(const std::vector<Measured>& rows, const Options& options) {
  std::cout << "pages of " << article_of(options).size() << " bytes\n" << std::fixed;
  for (const Measured& row : rows) {
    const auto pages = static_cast<double>(row.pages);
    std::cout << std::left << std::setw(40) << row.name << std::right << std::setprecision(0)
              << std::setw(6) << pages / row.seconds << " pages/s " << std::setprecision(2)
              << std::setw(7) << 1000 * row.cpu_seconds / pages << " ms CPU a page";
    if (!row.milliseconds.empty()) {
      std::cout << ", median " << std::setprecision(1) << percentile(row.milliseconds, 0.5)
                << " ms, p99 " << percentile(row.milliseconds, 0.99) << " ms";
    }
    std::cout << '\n';
  }
}

void print_json(const std::vector<Measured>& rows) {
  for (const Measured& row : rows) {
    const auto pages = static_cast<double>(row.pages);
    boost::json::object line{{"program", row.name},
                             {"pages", row.pages},
                             {"pages_per_s", pages / row.seconds},
                             {"cpu_ms_per_page", 1000 * row.cpu_seconds / pages}};
    if (!row.milliseconds.empty()) {
      line["median_ms"] = percentile(row.milliseconds, 0.5);
      line["p99_ms"] = percentile(row.milliseconds, 0.99);
    }
    std::cout << boost::json::serialize(line) << '\n';
  }
}

void measure(const Options& options) {
  const FetchSite site(article_of(options), options.at_once);
  Options alone = options;
  alone.at_once = 1;
  alone.pages = std::max<std::size_t>(options.pages / 10, 1);
  const std::vector<Measured> rows{through_the_door(site, alone), through_the_door(site, options),
                                   through_curl(site, options, Connections::one_a_page),
                                   through_curl(site, options, Connections::kept)};
  options.json ? print_json(rows) : print_table(rows, options);
}

}  // namespace

void add_fetch_benchmark(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "fetch", "pages a second through seekd-fetcher, beside curl; needs nginx, openssl and curl");
  command->add_option("--pages", options->pages, "pages fetched by each program")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--at-once", options->at_once, "pages in flight")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  command->add_option("--article", options->article, "an HTML file; generated where none is named");
  command->add_flag("--json", options->json, "one line of JSON each");
  command->callback([options] { measure(*options); });
}

}  // namespace seekd::bench
