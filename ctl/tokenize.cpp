// seekctl tokenize: text to a model's token ids, and back.

#include <charconv>
#include <iostream>
#include <memory>
#include <vector>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/terminal.h"
#include "model/text/tokenizer.h"

namespace seekd::ctl {
namespace {

constexpr std::size_t text_bytes_max = 64 << 20;

struct TokenizeOptions {
  std::filesystem::path model;
  bool decode = false;
};

Result<std::vector<model::TokenId>> parse_ids(std::string_view text) {
  constexpr std::string_view between = " \t\r\n,";
  std::vector<model::TokenId> ids;
  for (std::size_t at = text.find_first_not_of(between); at != text.npos;
       at = text.find_first_not_of(between, at)) {
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    model::TokenId id = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + end, id);
    if (read.ec != std::errc() || read.ptr != text.data() + end || id < 0) {
      return fail(ErrorCode::invalid_argument,
                  "'" + terminal_line(text.substr(at, end - at), 40) +
                      "' is no token id: write numbers separated by spaces");
    }
    ids.push_back(id);
    at = end;
  }
  return ids;
}

void print_ids(const std::vector<model::TokenId>& ids) {
  const char* separator = "";
  for (const model::TokenId id : ids) std::cout << std::exchange(separator, " ") << id;
  std::cout << '\n';
}

Status tokenize(const TokenizeOptions& options) {
  const Result<model::Tokenizer> tokenizer = model::Tokenizer::load(options.model);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  const Result<std::string> input = read_all(std::cin, text_bytes_max, "standard input");
  if (!input) return std::unexpected(input.error());
  if (!options.decode) {
    print_ids(tokenizer->encode(*input, model::SpecialTokens::as_text));
    return {};
  }
  const auto ids = parse_ids(*input);
  if (!ids) return std::unexpected(ids.error());
  std::cout << tokenizer->decode(*ids);
  return {};
}

}  // namespace

void add_tokenize(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<TokenizeOptions>();
  CLI::App* command =
      app.add_subcommand("tokenize", "text on standard input, token ids on one line");
  command->footer(
      "Example:\n  echo -n 'Hello' | seekctl tokenize --model model.gguf\n  echo 28120 | seekctl "
      "tokenize --model model.gguf --decode");
  command
      ->add_option("--model", options->model,
                   "a folder with tokenizer.json, that file, or a .gguf file")
      ->required();
  command->add_flag("--decode", options->decode,
                    "ids on standard input, their text on standard output");
  command->callback([options, &status] {
    if (const Status done = tokenize(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
