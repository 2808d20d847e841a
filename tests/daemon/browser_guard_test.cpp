#include "daemon/browser_guard.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

TEST_CASE("callers that name this host are served") {
  CHECK(!refused_origin("127.0.0.1:8017", ""));
  CHECK(!refused_origin("localhost", ""));
  CHECK(!refused_origin("[::1]:8017", ""));
  CHECK(!refused_origin("127.0.0.1:8017", "http://127.0.0.1:8017"));
}

TEST_CASE("a name that a foreign server pointed here is refused") {
  CHECK(refused_origin("rebind.example.org:8017", ""));
  CHECK(refused_origin("", ""));
  CHECK(refused_origin("localhost.example.org", ""));
  CHECK(refused_origin("[", ""));
}

TEST_CASE("a page of another site is refused") {
  CHECK(refused_origin("127.0.0.1:8017", "https://example.org"));
  CHECK(refused_origin("127.0.0.1:8017", "null"));
  CHECK(refused_origin("127.0.0.1:8017", "http://127.0.0.1:9999"));
  CHECK(refused_origin("127.0.0.1:8017", "http://localhost:8017"));
}

}  // namespace
}  // namespace seekd::daemon
