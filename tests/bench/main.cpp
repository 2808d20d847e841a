// seekd-bench: what the parts reach on this host, beside what the host could reach.

#include "tests/bench/bench.h"

int main(int count, char** arguments) {
  CLI::App app("Measures the parts of seekd on this host.", "seekd-bench");
  app.set_version_flag("--version", "seekd-bench " SEEKD_VERSION);
  app.require_subcommand(1);
  seekd::bench::add_model_benchmark(app);
  seekd::bench::add_fetch_benchmark(app);
  seekd::bench::add_shape_benchmark(app);
  seekd::bench::add_serving_benchmark(app);
  seekd::bench::add_http_benchmark(app);
  seekd::bench::add_load_benchmark(app);
  seekd::bench::add_extract_benchmark(app);
  seekd::bench::add_cache_benchmark(app);
  seekd::bench::add_perplexity_benchmark(app);
  seekd::bench::add_masks_benchmark(app);
  seekd::bench::add_tokenize_benchmark(app);
  seekd::bench::add_vectors_benchmark(app);
  CLI11_PARSE(app, count, arguments);
  return 0;
}
