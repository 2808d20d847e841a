// Answers that are texts of a schema: nothing is mixed into them.

#include <memory>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/answer/answer_machine.h"
#include "daemon/answer/question_key.h"
#include "model/shape/json_schema.h"
#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;
using Codes = std::vector<std::string>;

std::shared_ptr<const model::Grammar> shape(std::string_view schema = R"({"type":"object"})") {
  auto grammar =
      model::compile_json_schema(boost::json::parse(schema), model::Strictness::as_written);
  REQUIRE(grammar);
  return std::make_shared<const model::Grammar>(*std::move(grammar));
}

TEST_CASE(
    "over a page the content is what the model wrote, and the notice says that it is uncited") {
  Question asked = question_about({url});
  asked.shape = shape();
  AnswerMachine machine = machine_for(asked);
  look_up(machine, page(url, 1min));
  const Actions searched = machine.resume(event::Searched{{{passage(page(url, 1min))}}}, now);
  const auto* generate = find<action::Generate>(searched);
  REQUIRE(generate != nullptr);
  CHECK(generate->request.shape == asked.shape);
  const std::string& prompt = generate->request.messages.back().content;
  CHECK(prompt.contains(fact));
  CHECK(prompt.contains(R"({"type":"object"})"));
  CHECK(!prompt.contains("[1]."));
  const std::string text = R"({"text": "The default port of Kestrel is 7311. [1]"})";
  const auto answer = complete(machine, text);
  REQUIRE(answer);
  CHECK(answer->content == text);
  CHECK(answer->citations.empty());
  CHECK(answer->citations_dropped == 0);
  CHECK(codes(*answer) == Codes{"not_cited"});
}

TEST_CASE("without a page our sentences are notices alone") {
  Question asked = question("What is the latest version of Kestrel today?");
  asked.shape = shape();
  AnswerMachine machine = machine_for(asked);
  machine.resume(event::Started{}, now);
  machine.resume(event::Searched{std::vector<Passage>{}}, now);
  const auto answer = complete(machine, "{}");
  CHECK(answer->content == "{}");
  CHECK(codes(*answer) == Codes{"no_source", "model_alone"});
}

TEST_CASE("links in a text of a schema stand, and are told of") {
  Question asked = question("Where?");
  asked.retrieval = Retrieval::disabled;
  asked.shape = shape();
  AnswerMachine machine = machine_for(asked);
  machine.resume(event::Started{}, now);
  const std::string text = R"~({"a": "[see](https://evil.example/x)"})~";
  const auto answer = complete(machine, text);
  CHECK(answer->content == text);
  CHECK(codes(*answer) == Codes{"links_unknown", "model_alone"});
}

TEST_CASE("questions of other schemas are others") {
  Question free = question();
  Question one = question();
  Question other = question();
  one.shape = shape();
  other.shape = shape(R"({"type":"array"})");
  const auto key = [](const Question& asked) { return question_key(asked, "m", now); };
  CHECK(key(one) == key(one));
  CHECK(key(one) != key(free));
  CHECK(key(one) != key(other));
}

}  // namespace
}  // namespace seekd::daemon
