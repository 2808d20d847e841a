// seekd-bench masks: how long it takes to find the tokens that a schema lets through, on one core.

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "model/shape/json_schema.h"
#include "model/shape/shapes.h"
#include "model/text/tokenizer.h"
#include "tests/bench/bench.h"
#include "tests/bench/model_inputs.h"

namespace seekd::bench {
namespace {

struct Options {
  std::filesystem::path tokenizer = embedded_model();
  bool cases = false;
};

struct Case {
  const char* name;
  const char* schema;
  const char* text;  // of the schema: what a model writes
};

constexpr Case cases[] = {
    {"any object", R"({"type":"object"})",
     R"({"name": "Kestrel", "released": {"version": "4.2", "day": "2026-03-14"}, "ports": [7311, 7312],)"
     R"( "queues": true, "notes": "A message broker for small networks, written in C++."})"},
    {"named properties",
     R"({"type":"object","properties":{"name":{"type":"string"},"version":{"type":"string",)"
     R"("pattern":"^[0-9]+\\.[0-9]+$"},"day":{"type":"string","format":"date"},"port":{"type":)"
     R"("integer","minimum":1,"maximum":65535},"summary":{"type":"string","maxLength":200},"kind":)"
     R"({"enum":["broker","database","cache"]}},"required":["name","version","day","port","summary","kind"],)"
     R"("additionalProperties":false})",
     R"({"name": "Kestrel", "version": "4.2", "day": "2026-03-14", "port": 7311, "summary": )"
     R"("A message broker for small networks, written in C++ and made to run on one node.", "kind": "broker"})"},
};

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "seekd-bench: " << why << '\n';
  throw CLI::RuntimeError(1);
}

// Of this thread: what runs beside does not count.
double microseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

// The time for each token's mask of a text.
std::vector<double> written(model::ShapedText text, const std::vector<model::TokenId>& tokens) {
  std::vector<double> times;
  for (const model::TokenId token : tokens) {
    const double began = microseconds();
    const auto mask = text.masks().front();
    times.push_back(microseconds() - began);
    if (!mask->has(token)) give_up("a token of the text is not in its mask");
    text.took(token);
  }
  std::ranges::sort(times);
  return times;
}

void measure(const model::Tokenizer& tokenizer, const Case& one) {
  const double began = microseconds();
  auto grammar =
      model::compile_json_schema(boost::json::parse(one.schema), model::Strictness::as_written);
  const double compiling = microseconds() - began;
  if (!grammar) give_up(grammar.error().at + " " + grammar.error().message);
  const auto shared = std::make_shared<const model::Grammar>(*std::move(grammar));
  const auto ends = tokenizer.eos_ids();
  model::Shapes shapes(tokenizer, {ends.begin(), ends.end()}, {});
  const auto tokens = tokenizer.encode(one.text, model::SpecialTokens::as_text);
  const auto print = [&](const char* when, const std::vector<double>& times) {
    std::cout << "  " << when << ": p50 " << times[times.size() / 2] << " us, p99 "
              << times[times.size() * 99 / 100] << " us\n";
  };
  std::cout << one.name << ", " << tokens.size() << " tokens: compiled in " << compiling << " us\n";
  print("first text", written(shapes.text(shared, model::ShapedText::At::answer), tokens));
  print("next text", written(shapes.text(shared, model::ShapedText::At::answer), tokens));
}

// For mask_peer.py.
void print_cases() {
  boost::json::array all;
  for (const Case& one : cases) {
    all.push_back(
        {{"name", one.name}, {"schema", boost::json::parse(one.schema)}, {"text", one.text}});
  }
  std::cout << boost::json::serialize(all) << '\n';
}

void run(const Options& options) {
  if (options.cases) return print_cases();
  const auto tokenizer = value_or_fail(model::Tokenizer::load(options.tokenizer));
  std::cout << options.tokenizer.filename().string() << ", " << tokenizer.size() << " tokens\n"
            << std::fixed << std::setprecision(1);
  for (const Case& one : cases) measure(tokenizer, one);
}

}  // namespace

void add_masks_benchmark(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("masks", "the time for a mask of a schema's tokens");
  command
      ->add_option("--tokenizer", options->tokenizer,
                   "a folder, tokenizer.json or .gguf file; else the embedded default")
      ->check(CLI::ExistingPath);
  command->add_flag("--cases", options->cases, "prints what is measured, for mask_peer.py");
  command->callback([options] { run(*options); });
}

}  // namespace seekd::bench
