#include "ctl/mcp_message.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace seekd::ctl {
namespace {

using Kind = McpMessage::Kind;

Kind kind_of(std::string_view line) {
  const auto message = read_mcp_message(line);
  REQUIRE(message);
  return message->kind;
}

std::int64_t code_of(std::string_view line) {
  const auto message = read_mcp_message(line);
  REQUIRE(!message);
  const boost::json::value error = boost::json::parse(message.error());
  CHECK(error.at("id").is_null());
  return error.at("error").at("code").as_int64();
}

}  // namespace

TEST_CASE("A request has an id and a method, a notification no id, a response no method") {
  CHECK(kind_of(R"({"jsonrpc": "2.0", "id": 1, "method": "ping"})") == Kind::request);
  CHECK(kind_of(R"({"jsonrpc": "2.0", "id": null, "method": "ping"})") == Kind::request);
  CHECK(kind_of(R"({"jsonrpc": "2.0", "method": "notifications/initialized"})") ==
        Kind::notification);
  CHECK(kind_of(R"({"jsonrpc": "2.0", "id": 1, "result": {}})") == Kind::notification);
  CHECK(kind_of(R"([{"jsonrpc": "2.0", "id": 1, "method": "ping"}])") == Kind::batch);
  CHECK(kind_of("{}") == Kind::request);
}

TEST_CASE("A message is passed on as one line, whatever it looked like") {
  const auto message = read_mcp_message(" { \"id\" : \"a\\nb\",\t\"method\" : \"ping\" } ");
  REQUIRE(message);
  CHECK(message->text == R"({"id":"a\nb","method":"ping"})");
  CHECK(message->id == boost::json::value("a\nb"));
}

TEST_CASE("A cancellation names the request by its id as JSON") {
  const auto cancels = [](std::string_view id) {
    const auto message =
        read_mcp_message(R"({"method": "notifications/cancelled", "params": {"requestId": )" +
                         std::string(id) + "}}");
    return message ? message->cancels : "no message";
  };
  CHECK(cancels("7") == "7");
  CHECK(cancels(R"("7")") == R"("7")");
  CHECK(read_mcp_message(R"({"method": "notifications/cancelled", "params": 3})")->cancels.empty());
}

TEST_CASE("What is no message is answered by the line that says so") {
  CHECK(code_of("nonsense") == -32700);
  CHECK(code_of(std::string(100, '[')) == -32700);
  CHECK(code_of("7") == -32600);
}

}  // namespace seekd::ctl
