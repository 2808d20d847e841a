#include "fetcher/worker/retry_after.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;
using namespace std::chrono_literals;

namespace {

const TimePoint now{1'700'000'000s};  // Tue, 14 Nov 2023 22:13:20 GMT

std::chrono::seconds asked(std::string_view status, std::string_view retry_after) {
  ResponseHead head;
  head.add_line("HTTP/1.1 " + std::string(status) + " Text\r\n");
  head.add_line("Retry-After: " + std::string(retry_after) + "\r\n");
  return pause_asked_for(head, now);
}

}  // namespace

TEST_CASE("RFC 9110 §10.2.3: Retry-After is a number of seconds or a date") {
  CHECK(asked("503", "120") == 120s);
  CHECK(asked("429", "Tue, 14 Nov 2023 22:14:20 GMT") == 60s);
  CHECK(asked("502", " 7 ") == 7s);
}

TEST_CASE(
    "now, or a date that has passed on its way, is a second: the server does want to be asked") {
  for (const char* text : {"Tue, 14 Nov 2023 22:13:00 GMT", "Tue, 14 Nov 2023 22:13:20 GMT", "0"}) {
    CHECK(asked("503", text) == 1s);
  }
}

TEST_CASE("what is neither a number nor a date asks for no pause") {
  for (const char* text : {"soon", "-5", "1.5", ""}) CHECK(asked("503", text) == 0s);
}

TEST_CASE("a pause is a day at most") {
  CHECK(asked("503", "99999999999999999999") == 24h);
  CHECK(asked("503", "Fri, 31 Dec 9999 23:59:59 GMT") == 24h);
}

TEST_CASE("other statuses ask for no pause") {
  for (const char* status : {"200", "301", "404", "500", "501", "505"}) {
    CHECK(asked(status, "60") == 0s);
  }
}
