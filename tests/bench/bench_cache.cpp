// seekd-bench cache: what storing, reading and searching cost at a number of documents, beside
// SQLite's FTS5 and Xapian over the same ones.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <unordered_map>
#include <vector>

#include <boost/json.hpp>

#include "cache/rocks_page_cache.h"
#include "ctl/collection.h"
#include "policy/plain_text.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"

namespace seekd::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct Options {
  fs::path corpus = "../shared/data/retrieval/scifact/corpus.jsonl.gz";
  fs::path queries = "../shared/data/retrieval/scifact/queries.jsonl";
  fs::path judgements = "../shared/data/retrieval/scifact/qrels.tsv";
  std::size_t documents = 10'000;
  std::string peer_python;
  fs::path folder = fs::temp_directory_path();
  fs::path key_file;
};

constexpr std::size_t top = 10;
constexpr std::size_t sections_per_page = 50;  // of documents made up
constexpr std::string_view url_prefix = "https://collection.invalid/";

using Record = ctl::CollectionRecord;
using Found = std::map<std::string, std::vector<std::string>>;  // query → documents, best first

// A folder that goes with its contents.
class Scratch {
 public:
  explicit Scratch(const fs::path& parent) {
    std::string name = (parent / "seekd-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) give_up("cannot make a folder '" + name + "'");
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::vector<Record> read_records(const fs::path& file) {
  std::vector<Record> records;
  const Status read = ctl::for_each_record(file, [&](Record record) -> Status {
    records.push_back(std::move(record));
    return {};
  });
  if (!read) give_up(read.error().message);
  return records;
}

// More documents of the same words: sentences of the given ones, drawn and mixed.
void grow(std::vector<Record>& documents, std::size_t count) {
  std::vector<std::string> sentences;
  for (const Record& document : documents) {
    std::istringstream text(document.text);
    for (std::string sentence; std::getline(text, sentence, '.');) {
      if (sentence.size() > 20) sentences.push_back(sentence + '.');
    }
  }
  std::mt19937 random(20261122);
  documents.reserve(count);
  while (documents.size() < count) {
    Record made{.id = "made-" + std::to_string(documents.size()), .title = "", .text = ""};
    for (int i = 0; i < 8; ++i) made.text += sentences[random() % sentences.size()];
    documents.push_back(std::move(made));
  }
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double thread_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * 4096 / (1 << 20);
}

struct Times {
  std::vector<double> wall_ms;
  std::vector<double> cpu_ms;

  template <class Work>
  auto measure(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = thread_ms();
    auto result = work();
    cpu_ms.push_back(thread_ms() - cpu);
    wall_ms.push_back(seconds_since(begin) * 1e3);
    return result;
  }
};

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void print_row(const std::string& program, const std::string& what, const Times& times,
               const std::string& note) {
  std::cout << std::left << std::setw(14) << program << std::setw(26) << what << std::right
            << std::fixed << std::setprecision(3);
  for (const double share : {0.5, 0.99})
    std::cout << std::setw(10) << quantile(times.cpu_ms, share);
  for (const double share : {0.5, 0.99}) {
    std::cout << std::setw(10) << quantile(times.wall_ms, share);
  }
  std::cout << "  " << note << '\n';
}

// query → document → relevance
using Judgements = std::unordered_map<std::string, std::unordered_map<std::string, int>>;

Judgements read_judgements(const fs::path& file) {
  Judgements judgements;
  std::ifstream lines(file);
  std::string query;
  std::string document;
  std::string relevance;
  while (lines >> query >> document >> relevance) {
    judgements[query][document] = std::atoi(relevance.c_str());
  }
  return judgements;
}

double ndcg(const Found& found, const Judgements& judgements) {
  double sum = 0;
  std::size_t judged = 0;
  for (const auto& [query, relevant] : judgements) {
    std::vector<int> ideal;
    for (const auto& [document, relevance] : relevant) ideal.push_back(relevance);
    std::ranges::sort(ideal, std::ranges::greater{});
    double best = 0;
    for (std::size_t i = 0; i < std::min(ideal.size(), top); ++i) {
      best += ideal[i] / std::log2(i + 2.0);
    }
    const auto results = found.find(query);
    if (best <= 0 || results == found.end()) continue;
    double gain = 0;
    for (std::size_t i = 0; i < std::min(results->second.size(), top); ++i) {
      const auto known = relevant.find(results->second[i]);
      if (known != relevant.end()) gain += known->second / std::log2(i + 2.0);
    }
    sum += gain / best;
    ++judged;
  }
  return judged == 0 ? 0 : sum / static_cast<double>(judged);
}

std::string quality(const Found& found, const Judgements& judgements) {
  std::ostringstream text;
  text << "nDCG@10 " << std::fixed << std::setprecision(3) << ndcg(found, judgements);
  return text.str();
}

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// Our side of it.
class Measurement {
 public:
  Measurement(const Options& options, const Scratch& scratch, const std::vector<Record>& documents)
      : documents_(documents), now_(wall_clock()) {
    config::CacheConfig config;
    config.directory = scratch / "cache";
    config.key_file = options.key_file;
    config.retention = std::chrono::seconds(3600);
    auto opened = cache::open_rocks_page_cache(config, now_);
    if (!opened) give_up(opened.error().message);
    cache_ = std::move(*opened);
    judgements_ = read_judgements(options.judgements);
  }

  void store(std::size_t originals) {
    Times times;
    const double before = resident_mib();
    std::size_t next = 0;
    const auto begin = std::chrono::steady_clock::now();
    while (next < documents_.size()) {
      const std::size_t count =
          next < originals ? 1 : std::min(sections_per_page, documents_.size() - next);
      const FetchedPage page = make_page(next, count);
      times.measure([&] { return put(page); });
      urls_.push_back(page.url);
      next += count;
    }
    const auto statistics = cache_->statistics();
    std::ostringstream note;
    note << urls_.size() << " pages, " << statistics->passages << " passages in "
         << std::setprecision(3) << seconds_since(begin) << " s; " << (statistics->disk_bytes >> 20)
         << " MiB of disk, " << resident_mib() - before << " MiB of memory";
    print_row("seekd", "store a page", times, note.str());
    if (const Status compacted = cache_->compact(); !compacted) give_up(compacted.error().message);
  }

  void read() {
    Times known;
    Times unknown;
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
      const std::string& url = urls_[random() % urls_.size()];
      known.measure([&] { return cache_->find(url, now_); });
      const std::string other = url + "/unknown";
      unknown.measure([&] { return cache_->find(other, now_); });
    }
    const auto statistics = cache_->statistics();
    std::ostringstream note;
    note << "Bloom errors " << statistics->url_filter.false_positive_rate * 100 << " %";
    print_row("seekd", "read a stored page", known, "");
    print_row("seekd", "read an unknown page", unknown, note.str());
  }

  void search(const std::vector<Record>& queries) {
    Times times;
    Found found;
    for (int round = 0; round < 2; ++round) {  // the second with what the first has read in memory
      times = {};
      for (const Record& query : queries) {
        const auto passages = times.measure([&] { return ask(query.text); });
        if (!passages) give_up(passages.error().message);
        found[query.id] = documents_of(*passages);
      }
    }
    print_row("seekd", "search by words, top 10", times, quality(found, judgements_));
  }

  void reclaim() {
    Times times;
    std::size_t pages = 0;
    while (true) {
      const auto purged =
          times.measure([&] { return cache_->purge_expired(now_ + std::chrono::hours(2), 100); });
      if (!purged) give_up(purged.error().message);
      if (*purged == 0) break;
      pages += *purged;
    }
    print_row("seekd", "reclaim 100 expired pages", times, std::to_string(pages) + " pages");
  }

  const Judgements& judgements() const { return judgements_; }

 private:
  FetchedPage make_page(std::size_t first, std::size_t count) const {
    FetchedPage page;
    page.url = page.final_url = std::string(url_prefix) + std::to_string(first);
    page.requested_at = page.retrieved_at = now_;
    if (count == 1) page.metadata.title = documents_[first].title;
    for (std::size_t i = first; i < first + count; ++i) {
      if (count > 1) page.blocks.push_back({BlockKind::heading, 2, documents_[i].id});
      for (Block& block : policy::read_paragraphs(documents_[i].text)) {
        page.blocks.push_back(std::move(block));
      }
    }
    return page;
  }

  bool put(const FetchedPage& page) {
    const auto stored = cache_->store(page, now_);
    if (!stored) give_up(stored.error().message);
    return true;
  }

  // Documents count, not passages: of the original ones that are cut in two, one is left out.
  Result<std::vector<Passage>> ask(const std::string& text) {
    return cache_->search({.text = text,
                           .top = 2 * top,
                           .mode = cache::SearchMode::lexical,
                           .duplicates = cache::Duplicates::keep,
                           .hosts = {},
                           .hosts_denied = {},
                           .urls = {}},
                          now_);
  }

  std::vector<std::string> documents_of(const std::vector<Passage>& passages) const {
    std::vector<std::string> ids;
    for (const Passage& passage : passages) {
      const std::string number = passage.url.substr(url_prefix.size());
      const std::string& id =
          passage.heading_path.empty() ? documents_[std::stoul(number)].id : passage.heading_path;
      if (ids.size() < top && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
    return ids;
  }

  const std::vector<Record>& documents_;
  const TimePoint now_;
  std::unique_ptr<cache::PageCache> cache_;
  std::vector<std::string> urls_;
  Judgements judgements_;
};

void write_records(const fs::path& file, const std::vector<Record>& records) {
  std::ofstream out(file);
  for (const Record& record : records) {
    const std::string text = record.title.empty() ? record.text : record.title + "\n" + record.text;
    out << json::serialize(json::object{{"_id", record.id}, {"text", text}}) << '\n';
  }
  if (!out.flush()) give_up("'" + file.string() + "' cannot be written");
}

std::vector<double> numbers(const json::value& values) {
  std::vector<double> out;
  for (const json::value& value : values.as_array()) out.push_back(value.to_number<double>());
  return out;
}

// cache_peers.py prints a line of JSON per program that its Python has.
void measure_peers(const Options& options, const Scratch& scratch,
                   const std::vector<Record>& documents, const std::vector<Record>& queries,
                   const Judgements& judgements) {
  write_records(scratch / "documents", documents);
  write_records(scratch / "queries", queries);
  const fs::path output = scratch / "peers";
  const std::string command = options.peer_python + " tests/bench/cache_peers.py " +
                              (scratch / "documents").string() + " " +
                              (scratch / "queries").string() + " " + (scratch / "").string() +
                              " > " + output.string();
  if (std::system(command.c_str()) != 0) give_up("'" + command + "' failed");
  std::ifstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const json::object peer = json::parse(line).as_object();
    Found found;
    for (const auto& [query, ids] : peer.at("found").as_object()) {
      for (const json::value& id : ids.as_array()) {
        found[std::string(query)].emplace_back(id.as_string());
      }
    }
    std::ostringstream note;
    note << quality(found, judgements) << ", stored in " << peer.at("store_s").to_number<double>()
         << " s";
    print_row(std::string(peer.at("program").as_string()), "search by words, top 10",
              {numbers(peer.at("wall_ms")), numbers(peer.at("cpu_ms"))}, note.str());
  }
}

void run_benchmark(const Options& options) {
  const Scratch scratch(options.folder);
  std::vector<Record> documents = read_records(options.corpus);
  const std::vector<Record> queries = read_records(options.queries);
  if (documents.empty() || queries.empty()) give_up("no documents, or no queries");
  const std::size_t originals = std::min(documents.size(), options.documents);
  documents.resize(originals);
  grow(documents, options.documents);
  std::cout << documents.size() << " documents, " << queries.size()
            << " queries; ms of processor time (p50, p99), then of waiting\n";
  Measurement measurement(options, scratch, documents);
  measurement.store(originals);
  measurement.read();
  measurement.search(queries);
  if (!options.peer_python.empty()) {
    measure_peers(options, scratch, documents, queries, measurement.judgements());
  }
  measurement.reclaim();
}

}  // namespace

void add_cache_benchmark(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "cache", "storing, reading and searching, beside SQLite's FTS5 and Xapian");
  command->footer(
      "Example:\n  seekd-bench cache --documents 100000 --peer-python /usr/bin/python3");
  command->add_option("--corpus", options->corpus, "documents, JSON lines, gzipped or not");
  command->add_option("--queries", options->queries, "queries, likewise");
  command->add_option("--qrels", options->judgements,
                      "their judgements: query, document, relevance");
  command
      ->add_option("--documents", options->documents,
                   "how many (default: 10000); more than the corpus has are mixed of its sentences")
      ->check(CLI::Range(100, 10'000'000));
  command->add_option("--peer-python", options->peer_python,
                      "a Python with sqlite3 and, from python3-xapian, xapian");
  command->add_option("--folder", options->folder, "where the folders are made (default: TMPDIR)");
  command->add_option("--key-file", options->key_file, "encrypt seekd's");
  command->callback([options] { run_benchmark(*options); });
}

}  // namespace seekd::bench
