// seekctl decide: does a question need fresh knowledge, and by which rule?

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/json_view.h"
#include "ctl/terminal.h"
#include "policy/question.h"
#include "policy/question_json.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t question_bytes_max = 64 << 10;

struct DecideOptions {
  DaemonOptions daemon;
  std::string question;
  bool ask_model = false;
  bool batch = false;
  bool json = false;
};

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void print_verdict(const json::object& verdict) {
  std::cout << (verdict.contains("needs_fresh") && verdict.at("needs_fresh") == true
                    ? "needs fresh knowledge"
                    : "needs no fresh knowledge")
            << " (" << terminal_line(text_at(verdict, "class")) << ", score "
            << number_at(verdict, "score");
  if (verdict.contains("max_age_s") && verdict.at("max_age_s").is_number()) {
    std::cout << ", at most " << integer_at(verdict, "max_age_s") << " s old";
  }
  std::cout << ")\n";
  for (const json::value& reason : array_at(verdict, "reasons")) {
    if (reason.is_string()) std::cout << "  " << terminal_line(reason.get_string()) << '\n';
  }
}

// By the rules alone, or by seekd, whose model may be asked.
using Judge = std::function<Result<json::object>(const std::string&)>;

Result<Judge> judge_for(const DecideOptions& options) {
  if (!options.ask_model) {
    return [](const std::string& question) -> Result<json::object> {
      return policy::to_json(policy::judge_question(question, {wall_clock()}));
    };
  }
  auto seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  return [seekd = *std::move(seekd)](const std::string& question) {
    return seekd.post("/seekd/v1/decide", {{"question", question}});
  };
}

Status decide_lines(const Judge& judge) {
  std::string line;
  while (read_line(std::cin, question_bytes_max, line)) {
    const Result<json::object> verdict = judge(line);
    if (!verdict) return std::unexpected(verdict.error());
    std::cout << json::serialize(*verdict) << std::endl;
  }
  return check_read(std::cin, "standard input");
}

Status decide(const DecideOptions& options) {
  const Result<Judge> judge = judge_for(options);
  if (!judge) return std::unexpected(judge.error());
  if (options.batch) return decide_lines(*judge);
  const Result<json::object> verdict = (*judge)(options.question);
  if (!verdict) return std::unexpected(verdict.error());
  if (options.json) {
    std::cout << json::serialize(*verdict) << '\n';
  } else {
    print_verdict(*verdict);
  }
  return {};
}

}  // namespace

void add_decide(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<DecideOptions>();
  CLI::App* command =
      app.add_subcommand("decide", "does a question need fresh knowledge, and why?");
  command->footer(
      "Example:\n  seekctl decide \"Who is the prime minister of Japan?\"\n  seekctl decide "
      "--batch < questions.txt");
  command->add_option("QUESTION", options->question, "the question");
  command->add_flag("--batch", options->batch, "a question a line in, a line of JSON out")
      ->excludes(command->get_option("QUESTION"));
  command->add_flag("--json", options->json, "as JSON");
  command->add_flag(
      "--ask-model", options->ask_model,
      "by seekd, which asks its model where the rules are unsure (answer.model_judges)");
  options->daemon.add_to(*command);
  command->callback([command, options, &status] {
    if (!options->batch && command->get_option("QUESTION")->empty()) {
      throw CLI::RequiredError("QUESTION or --batch");
    }
    if (const Status done = decide(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
