#include "ctl/answer_printer.h"

#include <sstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using seekd::ctl::AnswerPrinter;

namespace {

struct Printed {
  std::string out;
  std::string notes;
  seekd::Status status;
};

Printed print(const std::vector<std::string>& events) {
  std::ostringstream out;
  std::ostringstream notes;
  AnswerPrinter printer(out, notes);
  for (const std::string& event : events) printer.take_event(event);
  seekd::Status status = printer.finish();
  return {out.str(), notes.str(), std::move(status)};
}

std::string delta(const std::string& content) {
  return boost::json::serialize(
      boost::json::object{{"choices", {{{"delta", {{"content", content}}}}}}});
}

const std::string last =
    R"({"choices":[{"delta":{"annotations":[{"type":"url_citation","url_citation":
    {"start_index":3,"end_index":10,"title":"A \u001b[31mtitle","url":"https://example.org/p"}}]},"finish_reason":"stop"}],
    "search_results":[{"url":"https://example.org/p","snapshot":{"hash":"0123456789abcdef0123","retrieved_at":"2026-03-01T12:00:00Z",
    "state":"fresh","byte_begin":7,"byte_end":42}}],
    "notices":[{"code":"robots_denied","url":"https://b.example/","message":"robots.txt says no"}]})";

}  // namespace

TEST_CASE("the text, then numbered citations, then notices beside them", "[ctl][answer]") {
  const Printed printed = print({delta("Ja, "), delta("es ist so."), last, "[DONE]"});
  REQUIRE(printed.status);
  CHECK(printed.out ==
        "Ja, es ist so.\n\n[1] A [31mtitle\n    https://example.org/p\n    retrieved "
        "2026-03-01T12:00:00Z, fresh\n"
        "    bytes 7 to 42 of snapshot 0123456789ab…\n    for:  es ist\n");
  CHECK(printed.notes == "seekctl: robots_denied: robots.txt says no (https://b.example/)\n");
}

TEST_CASE("an annotation counts code points of the text as it was sent", "[ctl][answer]") {
  CHECK(print({delta("äöü is it so?"), last, "[DONE]"}).out.contains("for:  is it "));
}

TEST_CASE("text of the model does not steer the terminal", "[ctl][answer]") {
  CHECK(print({delta("a\x1B]0;title\x07"
                     "b"),
               "[DONE]"})
            .out == "a]0;titleb\n");
}

TEST_CASE("an error in the stream, and a stream without end, are failures", "[ctl][answer]") {
  CHECK(
      print({delta("half"), R"({"error":{"message":"the model broke"}})"}).status.error().message ==
      "the model broke");
  CHECK(print({delta("half")}).status.error().code == seekd::ErrorCode::unavailable);
}

TEST_CASE("events that are not what they should be are skipped", "[ctl][answer]") {
  const Printed printed = print(
      {"", "{", "[]", "7", "{}", R"({"choices":7})", R"({"choices":[]})", R"({"choices":[7]})",
       R"({"choices":[{"delta":{"content":7,"annotations":[7,{},{"url_citation":{}}]}}],"notices":[7,{}]})",
       delta("fine"), "[DONE]"});
  CHECK(printed.status);
  CHECK(printed.out.starts_with("fine\n"));
}

TEST_CASE("the steps to an answer stand beside it, each when it comes", "[ctl][answer]") {
  std::ostringstream out;
  std::ostringstream notes;
  AnswerPrinter printer(out, notes);
  printer.take_event(
      R"({"choices":[],"trace":[{"at_ms":12,"step":"fetching","url":"https://a.example/"}]})");
  CHECK(notes.str() == "     12 ms  fetching  https://a.example/\n");
  printer.take_event(
      R"({"choices":[],"trace":[{"at_ms":340,"step":"coverage","detail":"they hold\u001b[2J 70 %"}]})");
  CHECK(notes.str().ends_with("\n    340 ms  coverage  they hold[2J 70 %\n"));
  CHECK(out.str().empty());
}

TEST_CASE("a whole reply prints as the stream does", "[ctl][answer]") {
  std::ostringstream out;
  std::ostringstream notes;
  AnswerPrinter printer(out, notes);
  printer.take_reply(
      boost::json::parse(R"({"choices":[{"message":{"content":"Yes.","annotations":[]}}]})")
          .as_object());
  CHECK(printer.finish());
  CHECK(out.str() == "Yes.\n");
}
