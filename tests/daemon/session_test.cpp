// Connections as callers make them, well-behaved and not, over a real unix socket.

#include <chrono>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

const std::string question =
    R"({"messages": [{"role": "user", "content": "What is two plus two?"}], "disable_search": true})";
const std::string health = "GET /health HTTP/1.1\r\nHost: seekd\r\n\r\n";

std::unique_ptr<ScriptedModel> quick() {
  return std::make_unique<ScriptedModel>("It is four.");
}

std::unique_ptr<ScriptedModel> slow() {
  std::string text;
  for (int n = 0; n < 100; ++n) text += "word ";
  return std::make_unique<ScriptedModel>(text, 20ms);
}

template <class Condition>
bool comes_true(Condition condition) {
  for (int n = 0; n < 500; ++n) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

TEST_CASE("a connection serves one request after another") {
  ServedDaemon daemon(quick());
  Caller caller(daemon.socket());
  for (int n = 0; n < 3; ++n) {
    caller.send_request("GET", "/health");
    const auto reply = caller.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == R"({"status":"ok"})");
  }
}

TEST_CASE("pipelined requests are answered in order") {
  ServedDaemon daemon(std::make_unique<ScriptedModel>("It is four.", 20ms));
  Caller caller(daemon.socket());
  caller.send_request("POST", "/v1/chat/completions", question);
  caller.send(health + "GET /nowhere HTTP/1.1\r\nHost: seekd\r\n\r\n" + health);
  CHECK(caller.read_reply().json().at("object") == "chat.completion");
  CHECK(caller.read_reply().status == 200);
  CHECK(caller.read_reply().status == 404);
  CHECK(caller.read_reply().status == 200);
}

TEST_CASE("a caller that stops sending still gets what it asked for") {
  ServedDaemon daemon(quick());
  Caller caller(daemon.socket());
  caller.send(health + health + health);
  caller.stop_sending();
  for (int n = 0; n < 3; ++n) CHECK(caller.read_reply().status == 200);
  CHECK(caller.closed());
}

TEST_CASE("a request may come in pieces") {
  ServedDaemon daemon(quick());
  Caller caller(daemon.socket());
  for (const char byte : health) caller.send(std::string(1, byte));
  CHECK(caller.read_reply().status == 200);
}

TEST_CASE("what is no HTTP is answered 400 and the connection closed") {
  ServedDaemon daemon(quick());
  for (const std::string bytes :
       {"hello\r\n\r\n", "GET /health HTTP/9.9\r\n\r\n", "GET /health\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n", "GET /health HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /health HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /health HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /a\x01 HTTP/1.1\r\nHost: seekd\r\n\r\n"}) {
    INFO(bytes);
    Caller caller(daemon.socket());
    caller.send(bytes);
    CHECK(caller.read_reply().status == 400);
    caller.stop_sending();
    CHECK(caller.closed());
  }
  CHECK(daemon.request("GET", "/health").status == 200);
}

TEST_CASE("a target that is no path is refused") {
  ServedDaemon daemon(quick());
  CHECK(daemon.request("GET", "http://seekd/health").status == 400);
  CHECK(daemon.request("OPTIONS", "*").status == 400);
  CHECK(daemon.request("GET", "/%zz").status == 400);
}

TEST_CASE("a header over its limit is refused") {
  ServedDaemon daemon(quick());
  Caller caller(daemon.socket());
  caller.send("GET /health HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  CHECK(caller.read_reply().status == 431);
}

TEST_CASE("a body over its limit is refused, and the caller reads why although it still sends") {
  ServedDaemon daemon(quick());
  Caller declared(daemon.socket());
  declared.send_request("POST", "/v1/chat/completions", std::string(2 << 20, 'x'));
  const auto reply = declared.read_reply();
  CHECK(reply.status == 413);
  CHECK(reply.json().at("error").at("code") == "too_large");

  Caller chunked(daemon.socket());
  chunked.send("POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int n = 0; n < 100; ++n) chunked.send("1000\r\n" + std::string(0x1000, 'x') + "\r\n");
  CHECK(chunked.read_reply().status == 413);
}

TEST_CASE("a caller that waits for permission to send its body gets it") {
  ServedDaemon daemon(quick());
  Caller caller(daemon.socket());
  caller.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: seekd\r\nExpect: "
      "100-continue\r\nContent-Length: " +
      std::to_string(question.size()) + "\r\n\r\n");
  CHECK(caller.read_reply().status == 100);
}

TEST_CASE("HTTP/1.0 is answered and its connection closed") {
  ServedDaemon daemon(quick());
  Caller caller(daemon.socket());
  caller.send("GET /health HTTP/1.0\r\n\r\n");
  CHECK(caller.read_reply().status == 200);
  CHECK(caller.closed());

  Caller streaming(daemon.socket());
  std::string body = question;
  body.insert(1, R"("stream": true, )");
  streaming.send("POST /v1/chat/completions HTTP/1.0\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto reply = streaming.read_reply();
  CHECK(!reply.header.contains("chunked"));
  CHECK(reply.body.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("another method is refused with the one that is served") {
  ServedDaemon daemon(quick());
  const auto reply = daemon.request("GET", "/v1/chat/completions");
  CHECK(reply.status == 405);
  CHECK(reply.header.contains("allow: post"));
  Caller caller(daemon.socket());
  caller.send("HEAD /health HTTP/1.1\r\nHost: seekd\r\n\r\n" + health);
  CHECK(daemon.request("DELETE", "/health").status == 405);
}

TEST_CASE("a caller that goes takes its answer back") {
  ServedDaemon daemon(slow());
  {
    Caller caller(daemon.socket());
    caller.send_request("POST", "/v1/chat/completions", question);
    REQUIRE(comes_true([&] { return daemon.model().generations == 1; }));
  }
  CHECK(comes_true([&] { return daemon.model().cancelled == 1; }));
}

TEST_CASE("a caller that goes in the middle of a stream takes its answer back") {
  ServedDaemon daemon(slow());
  {
    Caller caller(daemon.socket());
    std::string body = question;
    body.insert(1, R"("stream": true, )");
    caller.send_request("POST", "/v1/chat/completions", body);
    REQUIRE(comes_true([&] { return daemon.model().generations == 1; }));
    std::this_thread::sleep_for(100ms);
  }
  CHECK(comes_true([&] { return daemon.model().cancelled == 1; }));
  CHECK(daemon.request("GET", "/health").status == 200);
}

TEST_CASE("a connection that sends no whole request in time is closed") {
  config::Config config;
  config.daemon.idle_timeout = 1s;
  ServedDaemon daemon(config, quick());
  Caller silent(daemon.socket());
  Caller half(daemon.socket());
  half.send("POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(silent.closed());
  CHECK(half.closed());
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

TEST_CASE("one connection too many is told to come back later") {
  config::Config config;
  config.daemon.connections_max = 2;
  ServedDaemon daemon(config, quick());
  {
    Caller first(daemon.socket());
    Caller second(daemon.socket());
    first.send_request("GET", "/health");
    second.send_request("GET", "/health");
    CHECK(first.read_reply().status == 200);
    CHECK(second.read_reply().status == 200);
    const auto third = daemon.request("GET", "/health");
    CHECK(third.status == 503);
    CHECK(third.header.contains("retry-after: "));
  }
  CHECK(comes_true([&] { return daemon.request("GET", "/health").status == 200; }));
}

TEST_CASE("questions over the queue's bound are told to come back later") {
  config::Config config;
  config.daemon.queue_max = 1;
  config.daemon.questions_running_max = 1;
  ServedDaemon daemon(config, slow());
  std::vector<std::unique_ptr<Caller>> callers;
  int refused = 0;
  for (int n = 0; n < 6; ++n) {
    callers.push_back(std::make_unique<Caller>(daemon.socket()));
    callers.back()->send_request("POST", "/v1/chat/completions", question);
    std::this_thread::sleep_for(50ms);
  }
  // The last ones were refused at once, while the first is still being written.
  const auto last = callers.back()->read_reply();
  CHECK(last.status == 503);
  CHECK(last.header.contains("retry-after: "));
  refused += last.status == 503 ? 1 : 0;
  CHECK(refused == 1);
  CHECK(callers.front()->read_reply().status == 200);
}

TEST_CASE("a stop closes idle connections and lets a running answer finish") {
  ServedDaemon daemon(std::make_unique<ScriptedModel>("It is four, I think, or so.", 50ms));
  Caller idle(daemon.socket());
  Caller asking(daemon.socket());
  asking.send_request("POST", "/v1/chat/completions", question);
  REQUIRE(comes_true([&] { return daemon.model().generations == 1; }));
  daemon.stop();
  CHECK(idle.closed());
  const auto reply = asking.read_reply();
  CHECK(reply.status == 200);
  CHECK(asking.closed());
}

}  // namespace
}  // namespace seekd::daemon
