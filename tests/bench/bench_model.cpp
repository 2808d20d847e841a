// seekd-bench model: how fast a model loads, reads a prompt and writes an answer.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <c10/core/ScalarType.h>
#include <sys/resource.h>

#include "model/device.h"
#include "model/families/llama_weights.h"
#include "model/threads.h"
#include "model/torch_model.h"
#include "model/weights/loader.h"
#include "tests/bench/bench.h"
#include "tests/bench/model_inputs.h"
#include "tests/bench/model_peer.h"
#include "tests/bench/network_shapes.h"
#include "tests/bench/random_network.h"
#include "tests/bench/work_times.h"

namespace seekd::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::filesystem::path path;
  std::size_t prompt_tokens = 512;
  std::size_t new_tokens = 128;
  std::size_t threads = 0;
  std::size_t runs = 3;
  config::Speculation speculation = config::Speculation::none;
  bool copied = false;
  bool json = false;
  std::filesystem::path peer;  // llama-bench; empty: none
  std::string shape;           // of a network with random weights; empty: a file
  config::Quantization quantization = config::Quantization::none;
};

struct Measured {
  std::string model;
  std::string device;
  std::string weights;  // precision
  std::size_t prompt_tokens = 0;
  std::size_t new_tokens = 0;  // fewer than asked for where the model ended its text
  double load_s = 0;
  double load_read_s = 0;        // of it, until the last weight was in its place
  std::uint64_t load_bytes = 0;  // of the files
  double prefill_tokens_per_s = 0;
  double decode_tokens_per_s = 0;
  double first_token_ms = 0;          // of a prompt seen for the first time
  double first_token_known_ms = 0;    // of one that an earlier request began with
  double decode_gigabytes_per_s = 0;  // of weights; the KV cache comes on top
  double resident_mebibytes_max = 0;
  model::SpeculationCounts speculation;  // of all runs
  double prefill_median = 0;             // tokens/s
  double decode_median = 0;
  std::vector<PeerTimes> peer;  // of each run; empty: there is none
};

// Seconds of each run.
struct Runs {
  std::vector<double> prefill;
  std::vector<double> known;   // to the first token, the rest of the prompt known
  std::vector<double> decode;  // a token
};

// The best run counts: what other programs of the host take is no property of ours.
double best(const std::vector<double>& seconds) {
  return quantile(seconds, 0);
}

std::filesystem::path path_of(const Options& options) {
  return options.path.empty() ? embedded_model() : options.path;
}

// An answer that copies its prompt, as answers over sources do in part.
std::vector<model::Message> prompt_to_copy() {
  return {{model::Role::user,
           "Repeat the following text word for word.\n\nThe harbour of Varnholm was built in 1874 "
           "by the brothers Lindqvist, who had made their fortune with herring. Its northern mole "
           "is 412 metres long and carries a lighthouse of red granite. In the winter of 1931 a "
           "storm broke the southern mole, and for nine months no ship of more than 200 tons "
           "could enter. The new mole was opened by the mayor, Karin Aalto, on 3 June 1932. Today "
           "ferries leave for Kesterholm twice a day, at 7:40 and at 16:15, and the old customs "
           "house is a museum of the fishery."}};
}

std::vector<model::Message> prompt_of(const model::Model& model, std::size_t tokens) {
  const std::string sentence =
      "The harbour lay quiet under the morning fog, and nobody saw the ship leave. ";
  std::vector<model::Message> messages{
      {model::Role::user, "Continue this story, and make it as long as you can.\n"}};
  const std::size_t rest = value_or_fail(model.count_prompt_tokens(messages, {}));
  const std::size_t each = model.count_tokens(sentence);
  for (std::size_t count = rest; count + each <= tokens; count += each) {
    messages.front().content += sentence;
  }
  return messages;
}

double generation_s(model::Model& model, const model::GenerateRequest& request,
                    model::Generation& generation) {
  const auto start = Clock::now();
  generation = value_or_fail(model.generate(request, nullptr, {}));
  return seconds_since(start);
}

void add_peer_run(const Options& options, Measured& measured) {
  measured.peer.push_back(
      run_peer({.program = options.peer,
                .model = path_of(options),
                .threads = static_cast<std::size_t>(model::thread_count(options.threads)),
                .prompt_tokens = measured.prompt_tokens,
                .new_tokens = options.new_tokens}));
}

// Ours, and the peer's in turn.
Runs measure_speed(model::Model& model, const Options& options, Measured& measured) {
  model::GenerateRequest request;
  request.messages = options.copied ? prompt_to_copy() : prompt_of(model, options.prompt_tokens);
  if (!options.copied) request.sampling = {.temperature = 0.7, .top_p = 0.9, .seed = 1};
  Runs runs;
  for (std::size_t run = 0; run <= options.runs; ++run) {
    model::Generation generation;
    request.tokens_max = 1;
    // Nothing is known of the prompt, then all but its last token, then nothing again.
    request.cache_salt = "first " + std::to_string(run);
    const double prefill = generation_s(model, request, generation);
    measured.prompt_tokens = generation.prompt_tokens;
    const double known = generation_s(model, request, generation);
    request.cache_salt = "second " + std::to_string(run);
    request.tokens_max = options.new_tokens;
    const double whole = generation_s(model, request, generation);
    measured.new_tokens = generation.completion_tokens;
    if (run == 0) continue;  // warms up
    runs.prefill.push_back(prefill);
    runs.known.push_back(known);
    const double decoded = static_cast<double>(generation.completion_tokens) - 1;
    if (decoded > 0) runs.decode.push_back((whole - prefill) / decoded);
    if (!options.peer.empty()) add_peer_run(options, measured);
  }
  return runs;
}

// A token reads every weight but the embedding's, of which it reads one row; a tied head is read.
double bytes_read_per_token(const model::Checkpoint& checkpoint, c10::ScalarType type,
                            bool as_stored) {
  const model::Tensor* embedding = checkpoint.find("model.embed_tokens.weight");
  if (as_stored) {
    const std::uint64_t unread = checkpoint.config().tied_head ? 0 : embedding->stored_bytes();
    return static_cast<double>(checkpoint.stored_bytes() - unread);
  }
  auto weights = static_cast<double>(checkpoint.parameters());
  const auto& config = checkpoint.config();
  if (!config.tied_head) weights -= static_cast<double>(config.vocabulary * config.hidden);
  return weights * static_cast<double>(c10::elementSize(type));
}

Measured measure(const Options& options) {
  config::ModelConfig config;
  config.path = path_of(options);
  config.threads = options.threads;
  config.speculation = options.speculation;
  Measured measured;
  const auto start = Clock::now();
  const auto on_progress = [&](const model::LoadProgress& progress) {
    measured.load_bytes = progress.bytes_total;
    measured.load_read_s = seconds_since(start);
  };
  const auto model = value_or_fail(model::load_torch_model(config, {on_progress, {}}));
  measured.load_s = seconds_since(start);
  measured.model = model->info().name;
  measured.device = model->info().device;
  const auto device = value_or_fail(model::choose_device(config.device, "model.device"));
  const auto checkpoint = value_or_fail(model::Checkpoint::open(config.path));
  const bool as_stored = device.device.is_cpu() && model::LlamaWeights::can_keep_blocks(checkpoint);
  measured.weights = as_stored ? "in the file's blocks" : c10::toString(device.weights);

  const Runs runs = measure_speed(*model, options, measured);
  measured.speculation = model->speculation();
  const auto prompt = static_cast<double>(measured.prompt_tokens);
  measured.prefill_tokens_per_s = prompt / best(runs.prefill);
  measured.prefill_median = prompt / quantile(runs.prefill, 0.5);
  measured.decode_tokens_per_s = 1 / best(runs.decode);
  measured.decode_median = 1 / quantile(runs.decode, 0.5);
  measured.first_token_ms = best(runs.prefill) * 1e3;
  measured.first_token_known_ms = best(runs.known) * 1e3;
  measured.decode_gigabytes_per_s =
      bytes_read_per_token(checkpoint, device.weights, as_stored) / best(runs.decode) / 1e9;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  measured.resident_mebibytes_max = static_cast<double>(usage.ru_maxrss) / 1024;
  return measured;
}

// From the beginning until the last weight was in its place.
double load_gigabytes_per_s(const Measured& measured) {
  return static_cast<double>(measured.load_bytes) / measured.load_read_s / 1e9;
}

// Seconds of the peer's runs, of either kind.
std::vector<double> peer_seconds(const Measured& measured, double PeerTimes::* kind) {
  std::vector<double> seconds;
  for (const PeerTimes& times : measured.peer) seconds.push_back(times.*kind);
  return seconds;
}

void print_peer(const Measured& measured) {
  const auto row = [](const char* name, double ours, double our_median, double work,
                      const std::vector<double>& theirs) {
    const double rate = work / best(theirs);
    const double median = work / quantile(theirs, 0.5);
    std::cout << std::left << std::setw(18) << name << std::right << std::setw(12) << rate
              << " tokens/s, ours " << std::setprecision(2) << ours / rate
              << " times as fast; medians " << std::setprecision(1) << median << " and "
              << our_median << ", " << std::setprecision(2) << our_median / median << " times\n"
              << std::setprecision(1);
  };
  row("peer's prefill", measured.prefill_tokens_per_s, measured.prefill_median,
      static_cast<double>(measured.prompt_tokens), peer_seconds(measured, &PeerTimes::prefill_s));
  row("peer's decode", measured.decode_tokens_per_s, measured.decode_median, 1,
      peer_seconds(measured, &PeerTimes::decode_s));
}

void print_table(const Measured& measured) {
  const auto row = [](const char* name, const auto& value, const char* unit) {
    std::cout << std::left << std::setw(18) << name << std::right << std::setw(12) << value << ' '
              << unit << '\n';
  };
  std::cout << measured.model << " on " << measured.device << ", " << measured.weights << '\n'
            << std::fixed << std::setprecision(1);
  row("prompt", measured.prompt_tokens, "tokens");
  row("answer", measured.new_tokens, "tokens");
  row("load", measured.load_s, "s");
  row("files read", load_gigabytes_per_s(measured), "GB/s");
  row("prefill", measured.prefill_tokens_per_s, "tokens/s");
  row("first token", measured.first_token_ms, "ms");
  row("prefix known", measured.first_token_known_ms, "ms to the first token");
  row("decode", measured.decode_tokens_per_s, "tokens/s");
  row("weights read", measured.decode_gigabytes_per_s, "GB/s while decoding");
  row("peak memory", measured.resident_mebibytes_max, "MiB resident");
  row("guessed", measured.speculation.drafted_tokens, "tokens, of all runs");
  row("kept", measured.speculation.accepted_tokens, "of them");
  if (!measured.peer.empty()) print_peer(measured);
}

void print_json(const Measured& measured) {
  boost::json::object line{
      {"model", measured.model},
      {"device", measured.device},
      {"weights", measured.weights},
      {"prompt_tokens", measured.prompt_tokens},
      {"new_tokens", measured.new_tokens},
      {"load_s", measured.load_s},
      {"load_gigabytes_per_s", load_gigabytes_per_s(measured)},
      {"prefill_tokens_per_s", measured.prefill_tokens_per_s},
      {"first_token_ms", measured.first_token_ms},
      {"first_token_known_ms", measured.first_token_known_ms},
      {"decode_tokens_per_s", measured.decode_tokens_per_s},
      {"decode_gigabytes_per_s", measured.decode_gigabytes_per_s},
      {"resident_mebibytes_max", measured.resident_mebibytes_max},
      {"drafted_tokens", measured.speculation.drafted_tokens},
      {"accepted_tokens", measured.speculation.accepted_tokens},
  };
  if (!measured.peer.empty()) {
    line["peer_prefill_tokens_per_s"] = static_cast<double>(measured.prompt_tokens) /
                                        best(peer_seconds(measured, &PeerTimes::prefill_s));
    line["peer_decode_tokens_per_s"] = 1 / best(peer_seconds(measured, &PeerTimes::decode_s));
  }
  std::cout << boost::json::serialize(line) << '\n';
}

// All that is measured of a network: decode of 1 to 64 texts, prefill of short and long prompts, a
// mixed load, a prefix that is known, and answers that copy. Some minutes on a GPU.
void measure_all(const Options& options) {
  const auto begun = Clock::now();
  measure_shape({.name = options.shape,
                 .prompts = {512, 4096, 16'384},
                 .runs = options.runs,
                 .quantization = options.quantization});
  ServingWork serving{.name = options.shape, .quantization = options.quantization};
  serving.arrivals = 20;
  serving.requests = 60;
  measure_serving(serving);
  ServingWork copied{.name = options.shape, .quantization = options.quantization};
  copied.callers = {1, 8};
  copied.prefix_tokens = 0;
  copied.copied = true;
  for (const auto& [name, speculation] : speculations()) {
    std::cout << "answers that copy, speculation " << name << ": ";
    copied.speculation = speculation;
    measure_serving(copied);
  }
  std::cout << "all of this took " << seconds_since(begun) << " s\n";
}

}  // namespace

void add_model_benchmark(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("model", "load, prefill and decode of a model");
  command->add_option("--model", options->path, "folder or .gguf file; the embedded default");
  command->add_option("--prompt-tokens", options->prompt_tokens, "length of the prompt, about")
      ->check(CLI::Range(64, 1 << 20))
      ->capture_default_str();
  command->add_option("--new-tokens", options->new_tokens, "length of the answer at most")
      ->check(CLI::Range(2, 1 << 20))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "0: one per processor")->capture_default_str();
  command->add_option("--runs", options->runs, "the best one counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--speculation", options->speculation, "none or lookup")
      ->transform(CLI::CheckedTransformer(speculations()))
      ->default_str("none");
  command->add_flag("--copied", options->copied, "greedy, and the answer copies its prompt");
  command
      ->add_option("--peer", options->peer,
                   "llama.cpp's llama-bench: runs on the same file in turn with ours")
      ->check(CLI::ExistingFile);
  command->add_flag("--json", options->json, "one line of JSON");
  std::vector<std::string> names;
  for (const auto& [name, config] : network_shapes()) names.push_back(name);
  CLI::Option* random = command->add_flag_callback(
      "--random", [] {}, "weights that mean nothing, for a shape without a file");
  CLI::Option* shape = command
                           ->add_option("--shape", options->shape,
                                        "all that is measured, of a network of this shape")
                           ->check(CLI::IsMember(names))
                           ->needs(random);
  random->needs(shape);
  command->add_option("--quantization", options->quantization, "of a shape: none, int8 or int4")
      ->transform(CLI::CheckedTransformer(quantizations()))
      ->default_str("none");
  command->callback([options] {
    if (!options->shape.empty()) return measure_all(*options);
    const Measured measured = measure(*options);
    options->json ? print_json(measured) : print_table(measured);
  });
}

}  // namespace seekd::bench
