#include "daemon/answer/admission.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

TEST_CASE(
    "questions run up to one bound, are here up to another, and begin in the order they came") {
  std::vector<int> begun;
  Admission admission(2, 4, [] { return 0; });
  for (int n = 0; n < 4; ++n) CHECK(admission.enter([&begun, n] { begun.push_back(n); }));
  CHECK(begun == std::vector<int>{0, 1});
  const auto fifth = admission.enter([] { FAIL("one too many"); });
  REQUIRE(!fifth);
  CHECK(fifth.error().code == ErrorCode::busy);
  admission.leave();
  admission.leave();
  CHECK(begun == std::vector<int>{0, 1, 2, 3});
  admission.leave();
  admission.leave();
  CHECK(admission.running() == 0);
}

TEST_CASE(
    "questions at the model count into the bound, whether or not all places to run are taken") {
  std::size_t at_model = 3;
  Admission admission(16, 3, [&] { return at_model; });
  CHECK(!admission.enter([] {}));
  at_model = 2;
  CHECK(admission.enter([] {}));
  CHECK(!admission.enter([] {}));
}

TEST_CASE("without a queue one question is served after another") {
  std::size_t at_model = 0;
  Admission admission(16, 1, [&] { return at_model; });
  CHECK(admission.enter([] {}));
  CHECK(!admission.enter([] {}));
  admission.leave();
  at_model = 1;
  CHECK(!admission.enter([] {}));
  at_model = 0;
  CHECK(admission.enter([] {}));
}

TEST_CASE("a question taken back while it waits is never begun, and its place is free") {
  Admission admission(1, 2, [] { return 0; });
  CHECK(admission.enter([] {}));
  const auto waiting = admission.enter([] { FAIL("begun"); });
  REQUIRE(waiting);
  CHECK(!admission.enter([] {}));
  admission.withdraw(*waiting);
  bool begun = false;
  CHECK(admission.enter([&] { begun = true; }));
  admission.leave();
  CHECK(begun);
}

}  // namespace
}  // namespace seekd::daemon
