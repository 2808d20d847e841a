// What a model thinks before it answers: how much, and that nobody takes it for the answer.

#include "daemon/answer/thinking.h"

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace script;
using Mode = model::Thinking::Mode;

const ThinkingTerms terms{
    .effort = {}, .tokens_low = 100, .tokens_medium = 200, .tokens_high = 300};

ThinkingTerms named(Effort effort) {
  ThinkingTerms with = terms;
  with.effort = effort;
  return with;
}

TEST_CASE("an effort that is named has its tokens, whatever the answer stands on") {
  for (const Basis basis : {Basis::pages, Basis::model_alone}) {
    CHECK(thinking_for(named(Effort::none), basis) == model::Thinking{Mode::none, 0});
    CHECK(thinking_for(named(Effort::low), basis) == model::Thinking{Mode::wanted, 100});
    CHECK(thinking_for(named(Effort::medium), basis) == model::Thinking{Mode::wanted, 200});
    CHECK(thinking_for(named(Effort::high), basis) == model::Thinking{Mode::wanted, 300});
  }
}

TEST_CASE("over pages a model thinks little, without them more, and as it was trained to") {
  CHECK(thinking_for(terms, Basis::pages) == model::Thinking{Mode::as_trained, 100});
  CHECK(thinking_for(terms, Basis::model_alone) == model::Thinking{Mode::as_trained, 200});
}

TEST_CASE("a budget of nothing is an answer without a thought") {
  ThinkingTerms nothing = terms;
  nothing.tokens_low = 0;
  CHECK(thinking_for(nothing, Basis::pages) == model::Thinking{Mode::none, 0});
}

AnswerMachine reading_machine() {
  Question about = question_about({url});
  about.thinking = terms;
  return machine_for(std::move(about));
}

TEST_CASE("an answer over pages is asked for with little thought") {
  AnswerMachine machine = reading_machine();
  look_up(machine, page(url, std::chrono::seconds(60)));
  const Actions composed =
      machine.resume(event::Searched{{{passage(page(url, std::chrono::seconds(60)))}}}, now);
  REQUIRE(find<action::Generate>(composed) != nullptr);
  CHECK(find<action::Generate>(composed)->request.thinking ==
        model::Thinking{Mode::as_trained, 100});
}

TEST_CASE("a thought that says what a page says is never cited, and what it costs is told") {
  AnswerMachine machine = reading_machine();
  look_up(machine, page(url, std::chrono::seconds(60)));
  machine.resume(event::Searched{{{passage(page(url, std::chrono::seconds(60)))}}}, now);
  machine.resume(event::Tokens{{"I cannot say.", fact}}, now);
  model::Generation generation;
  generation.content = "I cannot say.";
  generation.reasoning = fact;
  generation.completion_tokens = 13;
  generation.reasoning_tokens = 9;
  const Actions concluded = machine.resume(event::Generated{generation}, now);
  if (const auto* check = find<action::Check>(concluded)) {
    // The page may speak for itself behind the answer; nothing before that is supported.
    for (const Support& support : check->supports) {
      CHECK(support.sentence.begin > std::string_view("I cannot say.").size());
    }
    const Actions finished =
        machine.resume(event::Checked{std::vector<bool>(check->supports.size(), true)}, now);
    REQUIRE(find<action::Finish>(finished) != nullptr);
    const Answer& answer = *find<action::Finish>(finished)->answer;
    CHECK(answer.reasoning == fact);
    CHECK(answer.content.starts_with("I cannot say."));
    CHECK(answer.usage.reasoning_tokens == 9);
    CHECK(answer.usage.completion_tokens == 13);
  } else {
    FAIL("the page would have been quoted");
  }
}

}  // namespace
}  // namespace seekd::daemon
