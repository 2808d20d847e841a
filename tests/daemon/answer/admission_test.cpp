#include "daemon/answer/admission.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

TEST_CASE("questions run up to one bound, wait up to another, and begin in the order they came") {
  std::vector<int> begun;
  Admission admission(2, 2, [] { return 0; });
  for (int n = 0; n < 4; ++n) CHECK(admission.enter([&begun, n] { begun.push_back(n); }));
  CHECK(begun == std::vector<int>{0, 1});
  const Status fifth = admission.enter([] { FAIL("one too many"); });
  REQUIRE(!fifth);
  CHECK(fifth.error().code == ErrorCode::busy);
  admission.leave();
  admission.leave();
  CHECK(begun == std::vector<int>{0, 1, 2, 3});
  admission.leave();
  admission.leave();
  CHECK(admission.running() == 0);
}

TEST_CASE("questions that wait for the model count as waiting") {
  std::size_t waiting_for_model = 2;
  Admission admission(1, 2, [&] { return waiting_for_model; });
  CHECK(admission.enter([] {}));
  CHECK(!admission.enter([] {}));
  waiting_for_model = 1;
  CHECK(admission.enter([] {}));
}

}  // namespace
}  // namespace seekd::daemon
