#include "daemon/browser_guard.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

TEST_CASE("callers that name this host are served") {
  CHECK(!refused_origin("127.0.0.1:8017", "", HostName::judged));
  CHECK(!refused_origin("localhost", "", HostName::judged));
  CHECK(!refused_origin("[::1]:8017", "", HostName::judged));
  CHECK(!refused_origin("127.0.0.1:8017", "http://127.0.0.1:8017", HostName::judged));
}

TEST_CASE("a name that a foreign server pointed here is refused") {
  CHECK(refused_origin("rebind.example.org:8017", "", HostName::judged));
  CHECK(refused_origin("", "", HostName::judged));
  CHECK(refused_origin("localhost.example.org", "", HostName::judged));
  CHECK(refused_origin("[", "", HostName::judged));
}

TEST_CASE("where callers prove who they are this host may be called anything") {
  CHECK(!refused_origin("seekd.example.org:8017", "", HostName::any_name));
  CHECK(!refused_origin("seekd.example.org", "https://seekd.example.org", HostName::any_name));
  CHECK(refused_origin("seekd.example.org", "https://example.org", HostName::any_name));
}

TEST_CASE("a page of another site is refused") {
  CHECK(refused_origin("127.0.0.1:8017", "https://example.org", HostName::judged));
  CHECK(refused_origin("127.0.0.1:8017", "null", HostName::judged));
  CHECK(refused_origin("127.0.0.1:8017", "http://127.0.0.1:9999", HostName::judged));
  CHECK(refused_origin("127.0.0.1:8017", "http://localhost:8017", HostName::judged));
}

}  // namespace
}  // namespace seekd::daemon
