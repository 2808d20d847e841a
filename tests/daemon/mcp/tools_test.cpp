#include "daemon/mcp/tools.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/mcp/streamed_answer.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::expected<ToolRequest, ApiError> ask(std::string_view name, std::string_view arguments,
                                         Steps steps = Steps::left_out) {
  const Tool* tool = find_tool(name);
  REQUIRE(tool != nullptr);
  return tool->request(json::parse(arguments).as_object(), steps);
}

ToolOutput shown(std::string_view name, std::string_view arguments, const json::object& reply) {
  const auto request = ask(name, arguments);
  REQUIRE(request);
  return find_tool(name)->output_of(*request, reply);
}

std::string param(std::string_view name, std::string_view arguments) {
  const auto request = ask(name, arguments);
  REQUIRE_FALSE(request);
  return request.error().param;
}

TEST_CASE("every tool has schemas that are JSON and name what it needs") {
  for (const Tool& tool : mcp_tools()) {
    INFO(tool.name);
    const json::object shown = tool_json(tool);
    CHECK(shown.at("inputSchema").at("type") == "object");
    CHECK(shown.at("outputSchema").at("type") == "object");
    CHECK_FALSE(shown.at("inputSchema").at("required").as_array().empty());
    CHECK(shown.at("annotations").at("readOnlyHint").as_bool());
    const auto without = tool.request({}, Steps::left_out);
    REQUIRE_FALSE(without);
    CHECK(without.error().param == shown.at("inputSchema").at("required").at(0).as_string());
  }
}

TEST_CASE("an argument that no tool has is refused by name") {
  for (const Tool& tool : mcp_tools()) {
    json::object arguments{{"shell", "rm"}};
    arguments[tool_json(tool).at("inputSchema").at("required").at(0).as_string()] = "x";
    const auto request = tool.request(arguments, Steps::left_out);
    REQUIRE_FALSE(request);
    CHECK(request.error().param == "shell");
  }
}

TEST_CASE("a question is asked as a chat, its terms handed on unread") {
  const auto request = ask("ask", R"({"question":"Which port?","max_age":60,"offline":true})");
  REQUIRE(request);
  CHECK(request->http.path == "/v1/chat/completions");
  CHECK(json::parse(request->http.body) ==
        json::parse(R"({"messages":[{"role":"user","content":"Which port?"}],
                        "max_age":60,"offline":true})"));
  const auto streamed = ask("ask", R"({"question":"Which port?"})", Steps::wanted);
  CHECK(json::parse(streamed->http.body).at("stream").as_bool());
  CHECK(json::parse(streamed->http.body).at("trace").as_bool());
}

TEST_CASE("a page comes in parts that join to the whole, cut between characters") {
  const std::string text = "a\u00fcb\u20acc";
  const json::object reply{{"title", "T"}, {"content", text}, {"links", json::array()}};
  std::string joined;
  for (int start = 0; start < 5; start += 2) {
    const auto part = shown("fetch",
                            R"({"url":"https://a.example/","max_length":2,"start_index":)" +
                                std::to_string(start) + "}",
                            reply);
    CHECK(part.structured.at("total_length").to_number<int>() == 5);
    joined += std::string_view(part.structured.at("content").as_string());
    const bool more = start + 2 < 5;
    CHECK((part.text.find("start_index=") != std::string::npos) == more);
  }
  CHECK(joined == text);
}

TEST_CASE("behind a page's end there is nothing, and that is said") {
  const json::object reply{{"title", "T"}, {"content", "abc"}};
  const auto part = shown("fetch", R"({"url":"https://a.example/","start_index":1000000})", reply);
  CHECK(part.structured.at("content").as_string().empty());
  CHECK(part.structured.at("start_index").to_number<int>() == 3);
  CHECK(part.text == "The page ends at character 3.");
}

TEST_CASE("lengths and numbers out of their range are refused by name") {
  CHECK(param("fetch", R"({"url":"https://a.example/","max_length":0})") == "max_length");
  CHECK(param("fetch", R"({"url":"https://a.example/","start_index":-1})") == "start_index");
  CHECK(param("fetch", R"({"url":"https://a.example/","raw":"yes"})") == "raw");
  CHECK(param("search", R"({"query":"x","max_results":1000})") == "max_results");
  CHECK(param("show", R"({"url":"https://a.example/","version":0})") == "version");
  CHECK(param("ask", R"({"question":7})") == "question");
}

TEST_CASE("no more results are shown than are wanted") {
  json::array results;
  for (int i = 0; i < 5; ++i) {
    results.push_back({{"url", "https://a.example/" + std::to_string(i)},
                       {"title", "T"},
                       {"content", "C"},
                       {"engine", "searx"},
                       {"publishedDate", nullptr}});
  }
  const auto output = shown("search", R"({"query":"x","max_results":2})",
                            {{"results", results}, {"unresponsive_engines", json::array()}});
  CHECK(output.structured.at("results").as_array().size() == 2);
  CHECK(output.text.find("https://a.example/1") != std::string::npos);
  CHECK(output.text.find("https://a.example/2") == std::string::npos);
  CHECK(shown("search", R"({"query":"x"})", {{"results", json::array()}}).text ==
        "Nothing was found.");
}

TEST_CASE("a stored page is shown with its version, its blocks as Markdown") {
  const json::object reply = json::parse(R"({
    "url":"https://a.example/","title":"T","version":3,"retrieved_at":"2026-11-22T00:00:00Z",
    "fresh_until":"2026-11-23T00:00:00Z",
    "blocks":[{"kind":"heading","level":1,"text":"T"},{"kind":"paragraph","level":0,"text":"p"}]})")
                                 .as_object();
  const auto output = shown("show", R"({"url":"https://a.example/"})", reply);
  CHECK(output.text == "# T\n\np");
  CHECK(output.structured.at("version").to_number<int>() == 3);
}

TEST_CASE("a stream's chunks become the answer again, and its steps sentences") {
  StreamedAnswer streamed;
  CHECK(streamed.read(R"({"choices":[],"trace":[{"at_ms":1,"step":"fetching","url":"https://a/",
                          "detail":"page 1"}]})") == "fetching https://a/: page 1");
  CHECK_FALSE(streamed.read(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})"));
  CHECK_FALSE(streamed.read(R"({"choices":[{"delta":{"content":"The port"}}]})"));
  CHECK_FALSE(streamed.read(R"({"choices":[{"delta":{"content":" is 7311."}}]})"));
  CHECK_FALSE(streamed.read(R"({"choices":[{"delta":{"annotations":[]}}],
                                "search_results":[{"url":"https://a/","title":"A"}],
                                "notices":[]})"));
  CHECK_FALSE(streamed.read("[DONE]"));
  const auto output = shown("ask", R"({"question":"x"})", streamed.reply());
  CHECK(output.structured.at("answer") == "The port is 7311.");
  CHECK(output.text == "The port is 7311.\n\nSources:\n- A https://a/");
}

TEST_CASE("a stream that ends in an error is that error") {
  StreamedAnswer streamed;
  streamed.read(R"({"choices":[{"delta":{"content":"The"}}]})");
  streamed.read(R"({"error":{"message":"late","code":"timeout"}})");
  CHECK(streamed.reply().at("error").at("code") == "timeout");
}

}  // namespace
}  // namespace seekd::daemon
