// seekd-bench cache: what storing, reading and searching cost at a number of documents, beside
// SQLite's FTS5 and Xapian over the same ones.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "config/embedded_models.h"
#include "model/embedder.h"
#include "tests/bench/bench.h"
#include "tests/bench/cache_corpus.h"
#include "tests/bench/cache_measurement.h"
#include "tests/bench/child.h"
#include "tests/bench/made_up_vectors.h"
#include "tests/bench/retrieval_quality.h"
#include "tests/bench/trial_folder.h"
#include "tests/bench/work_times.h"

namespace seekd::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Record = ctl::CollectionRecord;

struct Options {
  fs::path corpus = "../shared/data/retrieval/scifact/corpus.jsonl.gz";
  fs::path queries = "../shared/data/retrieval/scifact/queries.jsonl";
  fs::path judgements = "../shared/data/retrieval/scifact/qrels.tsv";
  std::size_t documents = 10'000;
  std::string peer_python;
  fs::path folder = fs::temp_directory_path();
  fs::path key_file;
  bool meaning = false;
};

std::vector<double> numbers(const json::value& values) {
  std::vector<double> out;
  for (const json::value& value : values.as_array()) out.push_back(value.to_number<double>());
  return out;
}

// cache_peers.py prints a line of JSON per program that its Python has.
void measure_peers(const Options& options, const TrialFolder& scratch,
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

std::optional<Embedding> embedding_for(const Options& options) {
  if (!options.meaning) return std::nullopt;
  config::EmbedderConfig embedded;
  if (auto path = config::find_embedded(config::embedded_embedder_name); path) {
    embedded.path = std::move(*path);
  } else {
    give_up(path.error().message);
  }
  auto embedder = model::load_torch_embedder(embedded, 0);
  if (!embedder) give_up(embedder.error().message);
  return with_made_up_passages(std::move(*embedder));
}

void run_benchmark(const Options& options) {
  const TrialFolder scratch(options.folder);
  std::vector<Record> documents = read_records(options.corpus);
  std::vector<Record> queries = read_records(options.queries);
  const Judgements judgements = read_judgements(options.judgements);
  std::erase_if(queries, [&](const Record& query) { return !judgements.contains(query.id); });
  if (documents.empty() || queries.empty()) give_up("no documents, or no judged queries");
  const std::size_t originals = std::min(documents.size(), options.documents);
  documents.resize(originals);
  grow(documents, options.documents);
  std::cout << documents.size() << " documents, " << queries.size()
            << " queries; ms of processor time (p50, p99), then of waiting" << std::endl;
  config::CacheConfig config;
  config.directory = scratch / "cache";
  config.key_file = options.key_file;
  CacheMeasurement measurement(std::move(config), documents, originals, embedding_for(options));
  measurement.store();
  measurement.read();
  measurement.search(queries, judgements);
  if (options.meaning) {
    measurement.embed();
    measurement.search_by_both(queries);
  }
  if (!options.peer_python.empty()) {
    measure_peers(options, scratch, documents, queries, judgements);
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
                   "how many (default: 10000); more than the corpus has are made up in its words")
      ->check(CLI::Range(100, 10'000'000));
  command->add_option("--peer-python", options->peer_python,
                      "a Python with sqlite3 and, from python3-xapian, xapian");
  command->add_option("--folder", options->folder, "where the folders are made (default: TMPDIR)");
  command->add_option("--key-file", options->key_file, "encrypt seekd's");
  command->add_flag(
      "--meaning", options->meaning,
      "search by words and meaning too: queries are embedded, passages get made-up vectors");
  command->callback([options] { run_benchmark(*options); });
}

}  // namespace seekd::bench
