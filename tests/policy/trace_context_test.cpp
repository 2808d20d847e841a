// W3C Trace Context, level 2: what is a trace, and what begins a new one.

#include "policy/trace_context.h"

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string span = "b7ad6b7169203331";
const std::string parent = "00-" + trace + '-' + span + "-01";

TEST_CASE("a traceparent says the trace, the caller's span and its flags (§3.2.2)") {
  const auto read = parse_trace_context(parent, "");
  REQUIRE(read);
  CHECK(read->trace_id == trace);
  CHECK(read->span_id == span);
  CHECK(read->flags == 1);
  CHECK(trace_parent(*read) == parent);
  // §3.2.2.5: flags that nobody knows are not passed on.
  CHECK(parse_trace_context("00-" + trace + '-' + span + "-ff", "")->flags == 3);
}

TEST_CASE("a version to come may have more behind a dash, version 00 may not (§3.2.4)") {
  const std::string next = "cc" + parent.substr(2);
  CHECK(parse_trace_context(next, ""));
  CHECK(parse_trace_context(next + "-what-the-future-will-be-like", ""));
  CHECK_FALSE(parse_trace_context(next + ".what-the-future-will-be-like", ""));
  CHECK_FALSE(parse_trace_context(parent + "-more", ""));
  CHECK_FALSE(parse_trace_context("ff" + parent.substr(2), ""));
  CHECK_FALSE(parse_trace_context(next + '-' + std::string(10'000, 'a'), ""));
}

TEST_CASE("what is not of the form is no trace") {
  const std::string zeros(32, '0');
  for (const std::string& text :
       {std::string(), std::string("00"), parent.substr(1), parent.substr(0, 54), ' ' + parent,
        parent + ' ', "00-" + zeros + '-' + span + "-01", "00-" + trace + "-0000000000000000-01",
        "0x" + parent.substr(2), "00-" + trace.substr(1) + "g-" + span + "-01",
        "00_" + trace + '-' + span + "-01", "00-" + trace + '_' + span + "-01",
        "00-" + trace + '-' + span + "_01", "00-" + trace + '-' + span + "-0G",
        "00-0AF7651916CD43DD8448EB211C80319C-" + span + "-01", "00-" + trace + '-' + span + "-0\n",
        std::string(55, '\0')}) {
    CAPTURE(text);
    CHECK_FALSE(parse_trace_context(text, ""));
  }
}

TEST_CASE("a tracestate passes as it came, or not at all (§3.3.1)") {
  const auto state = [](const std::string& text) {
    return parse_trace_context(parent, text)->state;
  };
  for (const std::string& text :
       {std::string("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"), std::string("a=b , c=d,"),
        std::string("tenant@vendor=x y"), std::string("0a/b*c_d-e=!~")}) {
    CAPTURE(text);
    CHECK(state(text) == text);
  }
  std::string many = "k0=v";
  for (int n = 1; n < 33; ++n) many += ",k" + std::to_string(n) + "=v";
  for (const std::string& text :
       {std::string("a"), std::string("=b"), std::string("a="), std::string("A=b"),
        std::string("a=b=c"), std::string("a=b,a=c"), std::string("a@b@c=d"), std::string("a=\x01"),
        std::string("a=b\r\nX: y"), std::string(","), many, "a=" + std::string(257, 'b'),
        "a=b," + std::string(600, ' ')}) {
    CAPTURE(text);
    CHECK(state(text).empty());
  }
}

}  // namespace
}  // namespace seekd::policy
