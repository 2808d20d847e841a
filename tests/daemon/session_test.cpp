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

// It writes until its question is taken back.
std::unique_ptr<ScriptedModel> endless() {
  std::string text;
  for (int n = 0; n < 100'000; ++n) text += "word ";
  return std::make_unique<ScriptedModel>(text, 10ms);
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
  Client caller(daemon.socket());
  for (int n = 0; n < 3; ++n) {
    caller.send_request("GET", "/health");
    const auto reply = caller.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == R"({"status":"ok"})");
  }
}

TEST_CASE("pipelined requests are answered in order") {
  ServedDaemon daemon(std::make_unique<ScriptedModel>("It is four.", 20ms));
  Client caller(daemon.socket());
  caller.send_request("POST", "/v1/chat/completions", question);
  caller.send(health + "GET /nowhere HTTP/1.1\r\nHost: seekd\r\n\r\n" + health);
  CHECK(caller.read_reply().json().at("object") == "chat.completion");
  CHECK(caller.read_reply().status == 200);
  CHECK(caller.read_reply().status == 404);
  CHECK(caller.read_reply().status == 200);
}

TEST_CASE("a caller that stops sending still gets what it asked for") {
  ServedDaemon daemon(quick());
  Client caller(daemon.socket());
  caller.send(health + health + health);
  caller.stop_sending();
  for (int n = 0; n < 3; ++n) CHECK(caller.read_reply().status == 200);
  CHECK(caller.closed());
}

TEST_CASE("a request may come in pieces") {
  ServedDaemon daemon(quick());
  Client caller(daemon.socket());
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
    Client caller(daemon.socket());
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
  Client caller(daemon.socket());
  caller.send("GET /health HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  CHECK(caller.read_reply().status == 431);
}

TEST_CASE("a body over its limit is refused, and the caller reads why although it still sends") {
  ServedDaemon daemon(quick());
  Client declared(daemon.socket());
  declared.send_request("POST", "/v1/chat/completions", std::string(2 << 20, 'x'));
  const auto reply = declared.read_reply();
  CHECK(reply.status == 413);
  CHECK(reply.json().at("error").at("code") == "too_large");

  Client chunked(daemon.socket());
  chunked.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: seekd\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int n = 0; n < 100; ++n) chunked.send("1000\r\n" + std::string(0x1000, 'x') + "\r\n");
  CHECK(chunked.read_reply().status == 413);
}

TEST_CASE("a caller that waits for permission to send its body gets it") {
  ServedDaemon daemon(quick());
  Client caller(daemon.socket());
  caller.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: seekd\r\nExpect: "
      "100-continue\r\nContent-Length: " +
      std::to_string(question.size()) + "\r\n\r\n");
  CHECK(caller.read_reply().status == 100);
}

TEST_CASE("HTTP/1.0 is answered and its connection closed") {
  ServedDaemon daemon(quick());
  Client caller(daemon.socket());
  caller.send("GET /health HTTP/1.0\r\n\r\n");
  CHECK(caller.read_reply().status == 200);
  CHECK(caller.closed());

  Client streaming(daemon.socket());
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
  CHECK(daemon.request("DELETE", "/health").status == 405);
}

TEST_CASE("RFC 9110 §9.3.2: HEAD is answered as GET is, without the content") {
  ServedDaemon daemon(quick());
  for (const std::string path : {"/health", "/v1/models", "/seekd/v1/status"}) {
    INFO(path);
    Client caller(daemon.socket());
    caller.send("HEAD " + path + " HTTP/1.1\r\nHost: seekd\r\n\r\n");
    const auto head = caller.read_header();
    CHECK(head.status == 200);
    CHECK(head.header.contains("content-type: application/json"));
    // What follows is the next reply, and no content.
    caller.send(health);
    CHECK(caller.read_reply().body == R"({"status":"ok"})");
  }
  Client caller(daemon.socket());
  caller.send("HEAD /v1/chat/completions HTTP/1.1\r\nHost: seekd\r\n\r\n");
  CHECK(caller.read_header().status == 405);
}

TEST_CASE("RFC 9112 §6.3: a transfer coding that does not end with chunked is no end of a body") {
  ServedDaemon daemon(quick());
  for (const std::string coding : {"xchunked", "chunked, identity", "gzip, chunked", "identity",
                                   "chunked\r\nTransfer-Encoding: chunked"}) {
    INFO(coding);
    Client caller(daemon.socket());
    caller.send("POST /v1/chat/completions HTTP/1.1\r\nHost: seekd\r\nTransfer-Encoding: " +
                coding + "\r\n\r\n" + health);
    CHECK(caller.read_reply().status == 400);
    caller.stop_sending();
    CHECK(caller.closed());
  }
  Client old(daemon.socket());
  old.send("POST /v1/chat/completions HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
           health);
  CHECK(old.read_reply().status == 400);
}

TEST_CASE("RFC 9112 §3.2: a request of HTTP/1.1 names its host, and once") {
  ServedDaemon daemon(quick());
  for (const std::string hosts : {"", "Host: seekd\r\nHost: seekd\r\n"}) {
    INFO(hosts);
    Client caller(daemon.socket());
    caller.send("GET /health HTTP/1.1\r\n" + hosts + "\r\n");
    CHECK(caller.read_reply().status == 400);
    caller.stop_sending();
    CHECK(caller.closed());
  }
  Client old(daemon.socket());
  old.send("GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n");
  CHECK(old.read_reply().status == 400);
}

TEST_CASE("a caller that goes takes its answer back") {
  ServedDaemon daemon(endless());
  {
    Client caller(daemon.socket());
    caller.send_request("POST", "/v1/chat/completions", question);
    REQUIRE(comes_true([&] { return daemon.model().generations == 1; }));
  }
  CHECK(comes_true([&] { return daemon.model().cancelled == 1; }));
}

TEST_CASE("a caller that stops sending after its question gets its answer") {
  ServedDaemon daemon(std::make_unique<ScriptedModel>("It is four.", 100ms));
  Client caller(daemon.socket());
  caller.send_request("POST", "/v1/chat/completions", question);
  caller.stop_sending();
  const auto reply = caller.read_reply();
  CHECK(reply.status == 200);
  CHECK(reply.body.contains("It is four."));
  CHECK(caller.closed());
}

TEST_CASE("a caller that stops sending and goes later takes its answer back") {
  ServedDaemon daemon(endless());
  {
    Client caller(daemon.socket());
    caller.send_request("POST", "/v1/chat/completions", question);
    caller.stop_sending();
    REQUIRE(comes_true([&] { return daemon.model().generations == 1; }));
  }
  CHECK(comes_true([&] { return daemon.model().cancelled == 1; }));
}

TEST_CASE("a caller that goes in the middle of a stream takes its answer back") {
  ServedDaemon daemon(endless());
  {
    Client caller(daemon.socket());
    std::string body = question;
    body.insert(1, R"("stream": true, )");
    caller.send_request("POST", "/v1/chat/completions", body);
    REQUIRE(caller.wait_for("word "));
  }
  CHECK(comes_true([&] { return daemon.model().cancelled == 1; }));
  CHECK(daemon.request("GET", "/health").status == 200);
}

TEST_CASE("a connection that sends no whole request in time is closed") {
  config::Config config;
  config.daemon.idle_timeout = 1s;
  ServedDaemon daemon(config, quick());
  Client silent(daemon.socket());
  Client half(daemon.socket());
  half.send("POST /v1/chat/completions HTTP/1.1\r\nHost: seekd\r\nContent-Length: 100\r\n\r\n{");
  CHECK(silent.closed());
  CHECK(half.closed());
}

TEST_CASE("one connection too many is told to come back later") {
  config::Config config;
  config.daemon.connections_max = 2;
  ServedDaemon daemon(config, quick());
  {
    Client first(daemon.socket());
    Client second(daemon.socket());
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

// Each is its own: who asks what another is just asking takes no place.
std::string question_number(int number) {
  return R"({"disable_search": true, "messages": [{"role": "user", "content": "Two plus )" +
         std::to_string(number) + R"(?"}]})";
}

// Questions that wait for the model.
std::int64_t waiting(ServedDaemon& daemon) {
  const auto status = daemon.request("GET", "/seekd/v1/status").json();
  return status.at("queue").at("waiting_for_model").to_number<std::int64_t>();
}

// A daemon of two places: one question is written, one waits.
std::unique_ptr<Client> take_first_place(ServedDaemon& daemon) {
  auto caller = std::make_unique<Client>(daemon.socket());
  caller->send_request("POST", "/v1/chat/completions", question);
  REQUIRE(comes_true([&] { return daemon.model().generations == 1; }));
  return caller;
}

std::unique_ptr<Client> take_second_place(ServedDaemon& daemon) {
  auto caller = std::make_unique<Client>(daemon.socket());
  caller->send_request("POST", "/v1/chat/completions", question_number(0));
  REQUIRE(comes_true([&] { return waiting(daemon) == 1; }));
  return caller;
}

TEST_CASE("questions over the queue's bound are told to come back later") {
  config::Config config;
  config.daemon.queue_max = 1;
  ServedDaemon daemon(config, endless());
  const auto first = take_first_place(daemon);
  const auto second = take_second_place(daemon);
  for (int n = 1; n < 5; ++n) {
    const auto reply = daemon.request("POST", "/v1/chat/completions", question_number(n));
    CHECK(reply.status == 503);
    CHECK(reply.header.contains("retry-after: "));
  }
  CHECK(waiting(daemon) == 1);
}

TEST_CASE("a question taken back while it waits leaves its place to the next") {
  config::Config config;
  config.daemon.queue_max = 1;
  ServedDaemon daemon(config, endless());
  const auto first = take_first_place(daemon);
  take_second_place(daemon).reset();
  CHECK(comes_true([&] { return waiting(daemon) == 0; }));
  const auto next = take_second_place(daemon);
  CHECK(daemon.model().generations == 1);
}

TEST_CASE("while a long question is counted the daemon answers others") {
  auto model = quick();
  model->hold_counting();
  ScriptedModel& counting = *model;
  ServedDaemon daemon(std::move(model));
  Client asking(daemon.socket());
  asking.send_request("POST", "/v1/chat/completions", question);
  REQUIRE(comes_true([&] { return counting.countings > 0; }));
  for (int n = 0; n < 5; ++n) CHECK(daemon.request("GET", "/health").status == 200);
  counting.let_count();
  CHECK(asking.read_reply().status == 200);
}

TEST_CASE("of a question far over the context no more is counted than it takes to know") {
  config::Config config;
  config.daemon.request_bytes_max = 4 << 20;
  ServedDaemon daemon(config, quick());
  const std::string body =
      R"({"disable_search": true, "messages": [{"role": "user", "content": ")" +
      std::string(2 << 20, 'x') + R"("}]})";
  const auto reply = daemon.request("POST", "/v1/chat/completions", body);
  CHECK(reply.status == 400);
  CHECK(reply.json().at("error").at("code") == "context_length_exceeded");
  CHECK(daemon.model().bytes_counted < (64 << 10));
}

TEST_CASE("a stop closes idle connections and lets a running answer finish") {
  ServedDaemon daemon(std::make_unique<ScriptedModel>("It is four, I think, or so.", 50ms));
  Client idle(daemon.socket());
  Client asking(daemon.socket());
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
