#include "daemon/mcp/sessions.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

const McpSessions::Time start = McpSessions::Time() + 1h;

Caller named(std::string name) {
  Caller caller;
  caller.name = std::move(name);
  return caller;
}

TEST_CASE("a session is its caller's alone") {
  McpSessions sessions;
  sessions.begin("s1", named("alice"), "2025-06-18", start);
  REQUIRE(sessions.find("s1", named("alice"), start));
  CHECK(sessions.find("s1", named("alice"), start)->version() == "2025-06-18");
  CHECK_FALSE(sessions.find("s1", named("bob"), start));
  CHECK_FALSE(sessions.find("s2", named("alice"), start));
  Caller account = named("alice");
  account.account.uid = 1001;
  CHECK_FALSE(sessions.find("s1", account, start));
}

TEST_CASE("a cancellation reaches the call of that id, once") {
  McpSession session("alice", "2025-06-18");
  int cancelled = 0;
  session.entered("7", [&] { ++cancelled; });
  session.cancel("8");
  CHECK(cancelled == 0);
  session.cancel("7");
  session.cancel("7");
  CHECK(cancelled == 1);
  session.entered("9", [&] { ++cancelled; });
  session.left("9");
  session.cancel("9");
  CHECK(cancelled == 1);
}

TEST_CASE("a session that ends takes its calls back") {
  McpSessions sessions;
  int cancelled = 0;
  sessions.begin("s1", named("alice"), "2025-06-18", start)->entered("1", [&] { ++cancelled; });
  sessions.end("s1");
  CHECK(cancelled == 1);
  CHECK_FALSE(sessions.find("s1", named("alice"), start));
}

TEST_CASE("sessions that nobody uses go after an hour, but for those with a call under way") {
  McpSessions sessions;
  sessions.begin("idle", named("alice"), "2025-06-18", start);
  sessions.begin("busy", named("alice"), "2025-06-18", start)->entered("1", [] {});
  sessions.begin("used", named("alice"), "2025-06-18", start);
  sessions.find("used", named("alice"), start + 50min);
  const auto later = start + 61min;
  sessions.begin("new", named("alice"), "2025-06-18", later);
  CHECK_FALSE(sessions.find("idle", named("alice"), later));
  CHECK(sessions.find("busy", named("alice"), later));
  CHECK(sessions.find("used", named("alice"), later));
}

TEST_CASE("who begins sessions without end loses his own, and nobody else's") {
  McpSessions sessions;
  sessions.begin("bob's", named("bob"), "2025-06-18", start);
  for (std::size_t i = 0; i <= McpSessions::of_caller_max; ++i) {
    sessions.begin(std::to_string(i), named("alice"), "2025-06-18",
                   start + std::chrono::seconds(i));
  }
  const auto later = start + 10min;
  CHECK(sessions.find("bob's", named("bob"), later));
  CHECK_FALSE(sessions.find("0", named("alice"), later));
  CHECK(sessions.find("1", named("alice"), later));
}

TEST_CASE("there are never more sessions than may be") {
  McpSessions sessions;
  for (std::size_t i = 0; i <= McpSessions::count_max; ++i) {
    sessions.begin(std::to_string(i), named("caller" + std::to_string(i)), "2025-06-18",
                   start + std::chrono::milliseconds(i));
  }
  CHECK_FALSE(sessions.find("0", named("caller0"), start + 1min));
  CHECK(sessions.find("1", named("caller1"), start + 1min));
}

}  // namespace
}  // namespace seekd::daemon
