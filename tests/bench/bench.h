// The benchmarks of seekd-bench. Each adds a subcommand of its own to `app`; its callback measures,
// prints, and throws CLI::RuntimeError where it cannot.

#pragma once

#include <CLI/CLI.hpp>

namespace seekd::bench {

void add_model_benchmark(CLI::App& app);
void add_fetch_benchmark(CLI::App& app);
void add_shape_benchmark(CLI::App& app);
void add_serving_benchmark(CLI::App& app);
void add_http_benchmark(CLI::App& app);
void add_load_benchmark(CLI::App& app);
void add_extract_benchmark(CLI::App& app);
void add_cache_benchmark(CLI::App& app);
void add_perplexity_benchmark(CLI::App& app);
void add_masks_benchmark(CLI::App& app);
void add_tokenize_benchmark(CLI::App& app);
void add_vectors_benchmark(CLI::App& app);

}  // namespace seekd::bench
