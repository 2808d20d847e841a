// seekctl decide: does a question need fresh knowledge, and by which rule?

#include <chrono>
#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/terminal.h"
#include "policy/page_text_guard.h"
#include "policy/question.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t question_bytes_max = 64 << 10;

struct DecideOptions {
  std::string question;
  bool batch = false;
  bool json = false;
};

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

json::object to_json(const policy::QuestionVerdict& verdict) {
  json::array reasons;
  for (const std::string& reason : verdict.reasons)
    reasons.emplace_back(policy::visible_text(reason));
  json::object line{{"needs_fresh", verdict.needs_fresh},
                    {"class", policy::to_string(verdict.change_class)},
                    {"max_age_s", nullptr},
                    {"score", verdict.score},
                    {"reasons", std::move(reasons)}};
  if (verdict.max_age) line["max_age_s"] = verdict.max_age->count();
  return line;
}

void print_verdict(const policy::QuestionVerdict& verdict) {
  std::cout << (verdict.needs_fresh ? "needs fresh knowledge" : "needs no fresh knowledge") << " ("
            << policy::to_string(verdict.change_class) << ", score " << verdict.score;
  if (verdict.max_age) std::cout << ", at most " << verdict.max_age->count() << " s old";
  std::cout << ")\n";
  for (const std::string& reason : verdict.reasons)
    std::cout << "  " << terminal_line(reason) << '\n';
}

ExitStatus decide_lines() {
  std::string line;
  while (read_line(std::cin, question_bytes_max, line)) {
    std::cout << json::serialize(to_json(policy::judge_question(line, wall_clock()))) << std::endl;
  }
  const Status read = check_read(std::cin, "standard input");
  return read ? ExitStatus::done : refuse(read.error());
}

void decide(const DecideOptions& options) {
  const policy::QuestionVerdict verdict = policy::judge_question(options.question, wall_clock());
  if (options.json) {
    std::cout << json::serialize(to_json(verdict)) << '\n';
  } else {
    print_verdict(verdict);
  }
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
  command->callback([command, options, &status] {
    if (!options->batch && command->get_option("QUESTION")->empty()) {
      throw CLI::RequiredError("QUESTION or --batch");
    }
    if (options->batch) {
      status = decide_lines();
    } else {
      decide(*options);
    }
  });
}

}  // namespace seekd::ctl
