// seekd-bench extract: what pages cost the extractor, beside programs that do the same.

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <zlib.h>

#include "fetcher/extract/document.h"
#include "tests/bench/bench.h"

namespace seekd::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> folders{"../shared/data/articles/html", "../shared/data/pages/html",
                                "../shared/data/pages-zh/html"};
  std::string peer_python;
  std::size_t runs = 3;
  bool json = false;
};

// Processor time of a page in ms: what other programs of the host take is no property of ours.
struct Measured {
  std::string program;
  std::size_t pages = 0;
  std::size_t failed = 0;
  double mean = 0;
  double median = 0;
  double p95 = 0;
  double max = 0;
};

[[noreturn]] void stop(const std::string& why) {
  std::cerr << "seekd-bench: " << why << '\n';
  throw CLI::RuntimeError(1);
}

std::vector<fs::path> pages_in(const std::vector<fs::path>& folders) {
  std::vector<fs::path> pages;
  for (const fs::path& folder : folders) {
    if (!fs::is_directory(folder)) stop("'" + folder.string() + "' is no folder");
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (name.ends_with(".html") || name.ends_with(".html.gz")) pages.push_back(entry.path());
    }
  }
  if (pages.empty()) stop("the folders hold no .html and no .html.gz");
  std::ranges::sort(pages);
  return pages;
}

// gzread() passes on what is not compressed.
std::string read_page(const fs::path& path) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) stop("'" + path.string() + "' cannot be read");
  std::string html;
  std::array<char, 65536> part{};
  for (int got = 1; got > 0;) {
    got = gzread(file.get(), part.data(), part.size());
    if (got < 0) stop("'" + path.string() + "' is damaged");
    html.append(part.data(), static_cast<std::size_t>(got));
  }
  return html;
}

double processor_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

Measured measure(const std::vector<fs::path>& paths, std::size_t runs) {
  Measured measured{.program = "seekd", .pages = paths.size()};
  std::vector<double> best;  // of the runs, for each page
  for (const fs::path& path : paths) {
    const std::string html = read_page(path);
    double least = 0;
    bool read = true;
    for (std::size_t run = 0; run < runs; ++run) {
      const double start = processor_ms();
      read = fetcher::extract_html(html, "text/html", "https://example.org/").has_value();
      const double took = processor_ms() - start;
      least = run == 0 ? took : std::min(least, took);
    }
    measured.failed += read ? 0 : 1;
    best.push_back(least);
  }
  std::ranges::sort(best);
  for (const double took : best) measured.mean += took / static_cast<double>(best.size());
  measured.median = best[best.size() / 2];
  measured.p95 = best[best.size() * 95 / 100];
  measured.max = best.back();
  return measured;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// extract_peers.py prints a line of JSON per program that its Python has.
std::vector<Measured> measure_peers(const Options& options) {
  std::string command = quoted(options.peer_python) + " tests/bench/extract_peers.py --runs " +
                        std::to_string(options.runs);
  for (const fs::path& folder : options.folders) command += " " + quoted(folder);
  const std::unique_ptr<FILE, decltype(&pclose)> output(popen(command.c_str(), "r"), pclose);
  std::vector<Measured> peers;
  std::array<char, 4096> line{};
  while (output && std::fgets(line.data(), line.size(), output.get()) != nullptr) {
    const auto value = boost::json::parse(line.data());
    const auto number = [&](const char* name) { return value.at(name).to_number<double>(); };
    peers.push_back({.program = std::string(value.at("program").as_string()),
                     .pages = static_cast<std::size_t>(number("pages")),
                     .failed = static_cast<std::size_t>(number("failed")),
                     .mean = number("mean_ms"),
                     .median = number("median_ms"),
                     .p95 = number("p95_ms"),
                     .max = number("max_ms")});
  }
  if (peers.empty()) stop("'" + options.peer_python + "' measured nothing; it needs trafilatura");
  return peers;
}

void print_table(const std::vector<Measured>& rows) {
  std::cout << "processor time per page in ms, best of the runs\n"
            << std::left << std::setw(16) << "program" << std::right << std::setw(8) << "pages"
            << std::setw(8) << "failed" << std::setw(10) << "pages/s" << std::setw(10) << "mean"
            << std::setw(10) << "median" << std::setw(10) << "p95" << std::setw(10) << "max"
            << std::setw(12) << "times ours" << '\n'
            << std::fixed << std::setprecision(2);
  for (const Measured& row : rows) {
    std::cout << std::left << std::setw(16) << row.program << std::right << std::setw(8)
              << row.pages << std::setw(8) << row.failed << std::setw(10) << 1000 / row.mean
              << std::setw(10) << row.mean << std::setw(10) << row.median << std::setw(10)
              << row.p95 << std::setw(10) << row.max << std::setw(12)
              << row.mean / rows.front().mean << '\n';
  }
}

void print_json(const std::vector<Measured>& rows) {
  for (const Measured& row : rows) {
    const boost::json::object line{{"program", row.program}, {"pages", row.pages},
                                   {"failed", row.failed},   {"pages_per_s", 1000 / row.mean},
                                   {"mean_ms", row.mean},    {"median_ms", row.median},
                                   {"p95_ms", row.p95},      {"max_ms", row.max}};
    std::cout << boost::json::serialize(line) << '\n';
  }
}

}  // namespace

void add_extract_benchmark(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("extract", "HTML to main content, beside other programs");
  command->add_option("FOLDERS", options->folders, "of .html and .html.gz; the labelled pages");
  command->add_option("--peer-python", options->peer_python,
                      "a Python that has trafilatura, readability-lxml or both");
  command->add_option("--runs", options->runs, "of each page; the best one counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "one line of JSON each");
  command->callback([options] {
    std::vector<Measured> rows{measure(pages_in(options->folders), options->runs)};
    if (!options->peer_python.empty()) {
      const std::vector<Measured> peers = measure_peers(*options);
      rows.insert(rows.end(), peers.begin(), peers.end());
    }
    options->json ? print_json(rows) : print_table(rows);
  });
}

}  // namespace seekd::bench
