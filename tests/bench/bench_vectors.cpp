// seekd-bench vectors: what a search by meaning costs at a number of vectors, and what it misses.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <random>
#include <unordered_set>
#include <vector>

#include "cache/database.h"
#include "cache/families.h"
#include "cache/index/embedding_work.h"
#include "cache/index/vector_index.h"
#include "model/device.h"
#include "model/kernels/dot_int8.h"
#include "model/torch_rows.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tests/bench/work_times.h"

namespace seekd::bench {
namespace {

namespace fs = std::filesystem;
using cache::QuantizedVector;
using cache::RankedPassage;
using cache::VectorRecord;
using Clock = std::chrono::steady_clock;

struct Options {
  std::size_t count = 1'000'000;
  std::size_t dimension = 384;
  std::size_t queries = 200;
  std::string device = "cpu";
  fs::path base;
  fs::path folder;
};

constexpr std::size_t centers = 2000;
constexpr std::size_t candidates = 500;      // as many as a hybrid search draws
constexpr std::size_t recalled = 100;        // that are looked for
constexpr std::size_t passages_a_page = 10;  // for the hosts

double since_ms(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double process_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Vectors that lie as those of texts do: each between two of the base, and somewhat beside.
class Source {
 public:
  explicit Source(const Options& options) : dimension_(options.dimension) {
    if (options.base.empty()) {
      make_centers();
    } else {
      read_base(options.base);
    }
  }

  std::vector<float> next() {
    const std::size_t first = random_() % bases();
    const std::size_t second = random_() % bases();
    const float share = std::uniform_real_distribution<float>(0.0F, 0.5F)(random_);
    std::vector<float> vector(dimension_);
    for (std::size_t i = 0; i < dimension_; ++i) {
      vector[i] = (1 - share) * base_[first * dimension_ + i] +
                  share * base_[second * dimension_ + i] + beside() * 0.3F;
    }
    normalize(vector);
    return vector;
  }

 private:
  std::size_t bases() const { return base_.size() / dimension_; }

  // A component of a random vector of about length 1.
  float beside() { return normal_(random_) / std::sqrt(static_cast<float>(dimension_)); }

  void normalize(std::span<float> vector) const {
    float squares = 0;
    for (float value : vector) squares += value * value;
    for (float& value : vector) value /= std::sqrt(squares);
  }

  // About a common direction, as the vectors of one model are.
  void make_centers() {
    std::vector<float> common(dimension_);
    for (float& value : common) value = 0.4F * beside();
    base_.resize(centers * dimension_);
    for (std::size_t at = 0; at < base_.size(); at += dimension_) {
      const std::span<float> center = std::span(base_).subspan(at, dimension_);
      for (std::size_t i = 0; i < dimension_; ++i) center[i] = common[i] + beside();
      normalize(center);
    }
  }

  void read_base(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    base_.resize(fs::exists(file) ? fs::file_size(file) / sizeof(float) : 0);
    in.read(reinterpret_cast<char*>(base_.data()),
            static_cast<std::streamsize>(base_.size() * sizeof(float)));
    if (!in || base_.empty() || base_.size() % dimension_ != 0) {
      give_up("'" + file.string() + "' does not hold vectors of " + std::to_string(dimension_) +
              " floats: name another, or set --dimension");
    }
  }

  const std::size_t dimension_;
  std::mt19937 random_{20261122};
  std::normal_distribution<float> normal_;
  std::vector<float> base_;  // [bases, dimension]
};

VectorRecord record_of(std::uint64_t passage, const std::vector<float>& vector) {
  QuantizedVector quantized = cache::quantize(vector);
  return {.host = "host" + std::to_string(passage / passages_a_page % 1000) + ".org",
          .scale = quantized.scale,
          .values = std::move(quantized.values)};
}

void print_times(const std::string& what, const std::vector<double>& wall,
                 const std::vector<double>& cpu, const std::string& note) {
  std::cout << std::left << std::setw(34) << what << std::right << std::fixed
            << std::setprecision(2) << std::setw(9) << quantile(cpu, 0.5) << std::setw(9)
            << quantile(cpu, 0.99) << std::setw(9) << quantile(wall, 0.5) << std::setw(9)
            << quantile(wall, 0.99) << "  " << note << '\n';
}

class Measurement {
 public:
  explicit Measurement(const Options& options) : options_(options), source_(options) {
    embedding_.fingerprint = "benchmark";
    embedding_.dimension = options.dimension;
    embedding_.score = model::dot_int8;
    if (options.device == "cuda") use_gpu();
    index_ = std::make_unique<cache::VectorIndex>(&embedding_);
  }

  void fill() {
    const double before = resident_mib();
    double put_ms = 0;
    for (std::uint64_t passage = 0; passage < options_.count; ++passage) {
      const VectorRecord record = record_of(passage, source_.next());
      const auto begin = Clock::now();
      index_->put(passage, record);
      put_ms += since_ms(begin);
    }
    for (std::size_t i = 0; i < options_.queries; ++i) {
      queries_.push_back(index_->query(source_.next()));
    }
    std::cout << index_->vector_count() << " vectors of " << options_.dimension
              << " components: " << std::fixed << std::setprecision(0) << resident_mib() - before
              << " MiB of memory, put there in " << put_ms << " ms\n"
              << "ms of processor time (p50, p99), then of waiting\n";
    const auto begin = Clock::now();
    index_->nearest(queries_.front(), candidates, {});
    std::cout << "first search, with what has to be sent to a device: " << since_ms(begin)
              << " ms\n";
  }

  void search() {
    measure("every vector", [this](const QuantizedVector& query, std::size_t count) {
      return index_->nearest_of_all(query, count, {});
    });
    const bool on_device = index_->device_bytes() > 0;
    measure(on_device ? "on the device" : "sketches, then vectors",
            [this](const QuantizedVector& query, std::size_t count) {
              return index_->nearest(query, count, {});
            });
    measure("the same, of one host in ten",
            [this](const QuantizedVector& query, std::size_t count) {
              cache::PassageFilter filter;
              filter.host = [](std::string_view host) { return host.ends_with("7.org"); };
              return index_->nearest(query, count, filter);
            });
    if (on_device) std::cout << (index_->device_bytes() >> 20) << " MiB of the device's memory\n";
    std::cout << "recall: " << std::setprecision(4) << recall() << " of the " << recalled
              << " nearest\n";
  }

  // The same from the disk, as a cache is opened.
  void load() {
    config::CacheConfig config;
    config.directory = options_.folder / "seekd-bench-vectors";
    auto database = cache::Database::open(config, TimePoint{});
    if (!database) give_up(database.error().message);
    Source source(options_);
    for (std::uint64_t passage = 0; passage < options_.count;) {
      cache::WriteSet changes(**database);
      for (std::size_t i = 0; i < 10'000 && passage < options_.count; ++i, ++passage) {
        changes.put(cache::Family::vectors, cache::passage_key(passage),
                    cache::encode(record_of(passage, source.next())));
      }
      if (auto written = (*database)->write(changes, cache::Durability::buffered); !written) {
        give_up(written.error().message);
      }
    }
    if (auto compacted = (*database)->compact(); !compacted) give_up(compacted.error().message);
    const auto begin = Clock::now();
    cache::VectorIndex index(&embedding_);
    const cache::ReadView view(**database);
    if (auto loaded = cache::load_vectors(view, &embedding_, index); !loaded) {
      give_up(loaded.error().message);
    }
    std::cout << "loaded from the disk in " << std::setprecision(0) << since_ms(begin) << " ms\n";
  }

 private:
  void use_gpu() {
    const auto device = model::choose_device(config::Device::cuda, "--device");
    if (!device) give_up(device.error().message);
    std::cout << "on " << device->name << '\n';
    embedding_.device_rows = [device = *device](std::size_t row_bytes) {
      return model::make_torch_rows(device, row_bytes);
    };
  }

  template <class Search>
  void measure(const std::string& what, Search search) {
    std::vector<double> wall;
    std::vector<double> cpu;
    search(queries_.front(), candidates);
    for (const QuantizedVector& query : queries_) {
      const auto begin = Clock::now();
      const double cpu_begin = process_ms();
      search(query, candidates);
      cpu.push_back(process_ms() - cpu_begin);
      wall.push_back(since_ms(begin));
    }
    print_times(what, wall, cpu, "");
  }

  double recall() const {
    std::size_t found = 0;
    for (const QuantizedVector& query : queries_) {
      std::unordered_set<std::uint64_t> nearest;
      for (const RankedPassage& one : index_->nearest_of_all(query, recalled, {})) {
        nearest.insert(one.passage);
      }
      for (const RankedPassage& one : index_->nearest(query, recalled, {})) {
        found += nearest.count(one.passage);
      }
    }
    return static_cast<double>(found) / static_cast<double>(queries_.size() * recalled);
  }

  const Options& options_;
  Source source_;
  Embedding embedding_;
  std::unique_ptr<cache::VectorIndex> index_;
  std::vector<QuantizedVector> queries_;
};

}  // namespace

void add_vectors_benchmark(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("vectors", "a search by meaning: time, memory, and what it misses");
  command->footer("Example:\n  seekd-bench vectors --count 1000000");
  command->add_option("--count", options->count, "vectors (default: 1000000)")
      ->check(CLI::Range(1000, 100'000'000));
  command->add_option("--dimension", options->dimension, "components of each (default: 384)")
      ->check(CLI::Range(8, 4096));
  command->add_option("--queries", options->queries, "searches (default: 200)")
      ->check(CLI::Range(1, 100'000));
  command->add_option("--device", options->device, "cpu or cuda (default: cpu)")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  command->add_option("--base", options->base,
                      "a file of float32 vectors to mix them of (default: 2,000 made-up centres)");
  command->add_option("--folder", options->folder,
                      "also load them from a database that is made in this folder, and left there");
  command->callback([options] {
    Measurement measurement(*options);
    measurement.fill();
    measurement.search();
    if (!options->folder.empty()) measurement.load();
  });
}

}  // namespace seekd::bench
