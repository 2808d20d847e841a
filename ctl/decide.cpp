// seekctl decide: does a question need fresh knowledge, and by which rule?

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>

#include <boost/json.hpp>

#include "config/quantity.h"
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
  std::string max_age;
  bool fresh = false;
  bool offline = false;
  bool ask_model = false;
  bool batch = false;
  bool json = false;
};

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// What the question names, and what may be wrong with it.
void print_particulars(const json::object& verdict) {
  if (const json::object& time = object_at(verdict, "time"); !time.empty()) {
    std::cout << "time: " << terminal_line(text_at(time, "begin")) << " to "
              << terminal_line(text_at(time, "end")) << '\n';
  }
  if (const std::string as_of = text_at(verdict, "as_of"); !as_of.empty()) {
    std::cout << "pages as of " << terminal_line(as_of) << '\n';
  }
  for (const json::value& site : array_at(verdict, "sites")) {
    if (site.is_string()) std::cout << "site: " << terminal_line(site.get_string()) << '\n';
  }
  const json::object& premise = object_at(verdict, "false_premise");
  if (!premise.empty() && number_at(premise, "score") >= 0.5) {
    std::cout << "perhaps a false premise: " << terminal_line(text_at(premise, "reason")) << '\n';
  }
}

void print_verdict(const json::object& verdict) {
  std::cout << (verdict.contains("needs_fresh") && verdict.at("needs_fresh") == true
                    ? "needs fresh knowledge"
                    : "needs no fresh knowledge")
            << " (" << terminal_line(text_at(verdict, "class")) << ", score "
            << number_at(verdict, "score") << ", by "
            << terminal_line(text_at(verdict, "decided_by"));
  if (verdict.contains("max_age_s") && verdict.at("max_age_s").is_number()) {
    std::cout << ", at most " << integer_at(verdict, "max_age_s") << " s old";
  }
  std::cout << ")\n";
  for (const json::value& reason : array_at(verdict, "reasons")) {
    if (reason.is_string()) std::cout << "  " << terminal_line(reason.get_string()) << '\n';
  }
  print_particulars(verdict);
}

policy::CallerWish wish_of(const DecideOptions& options) {
  policy::CallerWish wish;
  if (options.offline) wish.web = policy::WebWish::offline;
  if (options.fresh) wish.max_age = std::chrono::seconds(0);
  if (!options.max_age.empty()) {
    const auto age = config::parse_duration(options.max_age);  // checked when it was read
    wish.max_age = std::chrono::duration_cast<std::chrono::seconds>(*age);
  }
  return wish;
}

json::object request_of(const std::string& question, const policy::CallerWish& wish) {
  json::object request{{"question", question}};
  if (wish.web == policy::WebWish::offline) request["offline"] = true;
  if (wish.max_age) request["max_age"] = wish.max_age->count();
  return request;
}

// By the rules alone, or by seekd, whose model may be asked.
using Judge = std::function<Result<json::object>(const std::string&)>;

Result<Judge> judge_for(const DecideOptions& options) {
  const policy::CallerWish wish = wish_of(options);
  if (!options.ask_model) {
    return [wish](const std::string& question) -> Result<json::object> {
      return policy::to_json(
          policy::with_wish(policy::judge_question(question, {wall_clock()}), wish));
    };
  }
  auto seekd = options.daemon.connection();
  if (!seekd) return std::unexpected(seekd.error());
  return [seekd = *std::move(seekd), wish](const std::string& question) {
    return seekd.post("/seekd/v1/decide", request_of(question, wish));
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
  CLI::Option* fresh =
      command->add_flag("--fresh", options->fresh, "everything is to be asked again now");
  CLI::Option* offline = command->add_flag("--offline", options->offline, "nothing is fetched");
  CLI::Option* age =
      command->add_option("--max-age", options->max_age, "how old knowledge may be: 30s, 12h, 1d")
          ->check([](const std::string& text) {
            const auto parsed = config::parse_duration(text);
            return parsed ? std::string() : parsed.error().message;
          });
  fresh->excludes(offline)->excludes(age);
  offline->excludes(age);
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
