// seekctl-eval: what `seekctl eval` runs. A program of its own, because it holds a cache and a
// model, and seekctl, which every other command starts, does not.

#include <chrono>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "config/config.h"
#include "config/embedded_models.h"
#include "ctl/command_line.h"
#include "ctl/eval_answers.h"
#include "ctl/eval_retrieval.h"
#include "ctl/exit_status.h"
#include "ctl/terminal.h"
#include "model/embedder.h"
#include "model/reranker.h"

namespace {

using namespace seekd;
using ctl::ExitStatus;

struct Options {
  ctl::RetrievalRun run;
  std::string mode = "hybrid";
  std::filesystem::path config;
  std::filesystem::path embedder;
  std::filesystem::path reranker;
  std::size_t candidates = 50;
};

// A run measures quality: no query is cut short.
constexpr std::chrono::minutes rerank_time_max{10};

Result<std::optional<Embedding>> load_embedding(const Options& options) {
  if (options.run.mode == cache::SearchMode::lexical) return std::nullopt;
  auto config = config::load(options.config, environ);
  if (!config) return std::unexpected(std::move(config.error()));
  config::EmbedderConfig& embedder = config->embedder;
  if (!options.embedder.empty()) embedder.path = options.embedder;
  if (embedder.path.empty()) {
    auto path = config::find_embedded(config::embedded_embedder_name);
    if (!path) return std::unexpected(std::move(path.error()));
    embedder.path = std::move(*path);
  }
  if (!embedder.enabled()) return std::nullopt;
  auto loaded = model::load_torch_embedder(embedder, config->model.threads);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return model::embedding_of(std::move(*loaded));
}

Result<std::optional<Reranking>> load_reranking(const Options& options) {
  if (options.reranker.empty()) return std::nullopt;
  auto loaded = model::load_torch_reranker(options.reranker, config::Device::automatic, 0);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return model::reranking_of(std::move(*loaded), options.candidates, rerank_time_max);
}

Status retrieve(const Options& options) {
  auto embedding = load_embedding(options);
  if (!embedding) return std::unexpected(std::move(embedding.error()));
  auto reranking = load_reranking(options);
  if (!reranking) return std::unexpected(std::move(reranking.error()));
  return run_retrieval(options.run, std::move(*embedding), std::move(*reranking), std::cout);
}

void add_retrieval(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "retrieval", "a TREC run (query Q0 document rank score tag) on a judged collection");
  command->footer(
      "Each line of the files: {\"_id\": …, \"title\": …, \"text\": …}. No seekd needs to run.\n"
      "Example:\n  seekctl eval retrieval --corpus corpus.jsonl.gz --queries queries.jsonl "
      "--mode hybrid --top 10");
  command->add_option("--corpus", options->run.corpus, "the documents, JSON lines, gzipped or not")
      ->required();
  command->add_option("--queries", options->run.queries, "the queries, likewise")->required();
  command
      ->add_option("--mode", options->mode,
                   "lexical (words), dense (meaning) or hybrid (both; default)")
      ->check(CLI::IsMember({"lexical", "dense", "hybrid"}))
      ->option_text("MODE");
  command->add_option("--top", options->run.top, "documents a query (default: 10)")
      ->check(CLI::Range(1, 100));
  command->add_option("--embedder", options->embedder,
                      "a folder; wins over embedder.path of the configuration");
  command->add_option("--reranker", options->reranker,
                      "a folder of a cross-encoder of one label, which judges the best once more");
  command
      ->add_option("--candidates", options->candidates,
                   "passages that the reranker judges (default: 50)")
      ->check(CLI::Range(1, 1000));
  command
      ->add_option("--config", options->config,
                   "configuration file (default: /etc/seekd/seekd.toml where it exists)")
      ->envname("SEEKD_CONFIG");
  command->callback([options, &status] {
    options->run.mode = *cache::parse_search_mode(options->mode);
    if (const Status done = retrieve(*options); !done) status = ctl::refuse(done.error());
  });
}

void add_answers(CLI::App& app, ExitStatus& status) {
  const auto run = std::make_shared<ctl::AnswerRun>();
  CLI::App* command = app.add_subcommand(
      "answers", "questions about pages, the whole way: served, fetched, stored, found, answered");
  command->footer(
      "Each line of the file: {\"id\": …, \"question\": …, \"answers\": […], \"page\": …}, and "
      "where\n"
      "wanted \"beside\": […] (other pages that are read), \"before\": … (what the page was when "
      "it\n"
      "was first read), \"named\": false (the cache has to find it). nginx and openssl are "
      "needed;\n"
      "no seekd needs to run.\n"
      "Example:\n  seekctl eval answers --file tests/ctl/answers/cases.jsonl");
  command->add_option("--file", run->cases, "the questions, JSON lines")->required();
  command->add_option("--pages", run->pages,
                      "the folder of the pages (default: pages, beside the file)");
  command->add_option("--model", run->model,
                      "a folder or a .gguf file (default: the embedded one)");
  command->callback([run, &status] {
    if (run->pages.empty()) run->pages = run->cases.parent_path() / "pages";
    if (const Status done = run_answers(*run, std::cout); !done) status = ctl::refuse(done.error());
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app("Measures the quality of what seekd does on judged collections.", "seekctl eval");
  app.set_version_flag("--version", SEEKD_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Example:\n  seekctl eval retrieval --corpus corpus.jsonl.gz --queries queries.jsonl\n"
      "Exit status: 0 done, 1 refused or failed, 2 wrong usage.");
  ExitStatus status = ExitStatus::done;
  add_answers(app, status);
  add_retrieval(app, status);
  return ctl::run_command_line(app, argc, argv, status);
}
