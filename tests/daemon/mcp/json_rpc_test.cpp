#include "daemon/mcp/json_rpc.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

RpcMessage read(std::string_view text) {
  const auto message = read_rpc_message(json::parse(text));
  REQUIRE(message);
  return *message;
}

RpcError refused(std::string_view text) {
  const auto message = read_rpc_message(json::parse(text));
  REQUIRE_FALSE(message);
  return message.error();
}

TEST_CASE("requests, notifications and responses are told apart") {
  using Kind = RpcMessage::Kind;
  CHECK(read(R"({"jsonrpc":"2.0","id":1,"method":"ping"})").kind == Kind::request);
  CHECK(read(R"({"jsonrpc":"2.0","id":"a","method":"ping","params":{}})").id == "a");
  CHECK(read(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").kind ==
        Kind::notification);
  CHECK(read(R"({"jsonrpc":"2.0","id":1,"result":{}})").kind == Kind::response);
  CHECK(read(R"({"jsonrpc":"2.0","id":1,"error":{}})").kind == Kind::response);
}

TEST_CASE("members of later versions are passed over") {
  CHECK(read(R"({"jsonrpc":"2.0","id":1,"method":"ping","trace":7})").method == "ping");
}

TEST_CASE("what is no message is refused, with its id where it has one") {
  CHECK(refused("7").code == RpcCode::invalid_request);
  CHECK(refused("[]").code == RpcCode::invalid_request);
  CHECK(refused(R"({"id":5,"method":"ping"})").id == 5);
  CHECK(refused(R"({"jsonrpc":"1.0","id":5,"method":"ping"})").id == 5);
  CHECK(refused(R"({"jsonrpc":"2.0","id":5})").code == RpcCode::invalid_request);
  CHECK(refused(R"({"jsonrpc":"2.0","id":5,"method":7})").code == RpcCode::invalid_request);
  CHECK(refused(R"({"jsonrpc":"2.0","id":5,"method":"ping","params":[1]})").code ==
        RpcCode::invalid_params);
}

TEST_CASE("an id is a string or an integer, and never null") {
  for (const char* id : {"null", "1.5", "{}", "[]", "true"}) {
    INFO(id);
    CHECK(refused(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}").code ==
          RpcCode::invalid_request);
  }
  const std::string long_id(257, 'x');
  CHECK(refused(R"({"jsonrpc":"2.0","method":"ping","id":")" + long_id + "\"}").id.is_null());
}

TEST_CASE("a method's name that is longer than any is refused") {
  const std::string name(129, 'x');
  CHECK(refused(R"({"jsonrpc":"2.0","id":1,"method":")" + name + "\"}").code ==
        RpcCode::invalid_request);
}

TEST_CASE("replies have their request's id, and errors their code") {
  CHECK(json::serialize(rpc_result(7, {{"a", 1}})) ==
        R"({"jsonrpc":"2.0","id":7,"result":{"a":1}})");
  CHECK(json::serialize(rpc_error({RpcCode::parse_error, "no"})) ==
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}})");
  CHECK(json::serialize(rpc_notification("n", {{"a", 1}})) ==
        R"({"jsonrpc":"2.0","method":"n","params":{"a":1}})");
}

}  // namespace
}  // namespace seekd::daemon
