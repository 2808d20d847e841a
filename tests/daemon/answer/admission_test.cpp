#include "daemon/answer/admission.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

std::size_t none_at_model() {
  return 0;
}

// Lets questions in, and writes down which have begun.
class Door {
 public:
  explicit Door(Admission& admission) : admission_(admission) {}

  Result<Admission::Ticket> enter(const std::string& caller, std::size_t share = 1) {
    return admission_.enter({caller, share}, [this, caller] { begun_ += caller; });
  }
  const std::string& begun() const { return begun_; }

 private:
  Admission& admission_;
  std::string begun_;
};

TEST_CASE(
    "a caller's questions run up to one bound, are here up to another, and keep their order") {
  std::vector<int> begun;
  Admission admission(2, 4, none_at_model);
  std::vector<Admission::Ticket> tickets;
  for (int n = 0; n < 4; ++n) {
    const auto ticket = admission.enter({}, [&begun, n] { begun.push_back(n); });
    REQUIRE(ticket);
    tickets.push_back(*ticket);
  }
  CHECK(begun == std::vector<int>{0, 1});
  const auto fifth = admission.enter({}, [] { FAIL("one too many"); });
  REQUIRE(!fifth);
  CHECK(fifth.error().code == ErrorCode::busy);
  admission.leave(tickets[1]);
  admission.leave(tickets[0]);
  CHECK(begun == std::vector<int>{0, 1, 2, 3});
  admission.leave(tickets[2]);
  admission.leave(tickets[3]);
  CHECK(admission.running() == 0);
  CHECK(admission.waiting() == 0);
}

TEST_CASE(
    "questions at the model count into the bound, whether or not all places to run are taken") {
  std::size_t at_model = 3;
  Admission admission(16, 3, [&] { return at_model; });
  CHECK(!admission.enter({}, [] {}));
  at_model = 2;
  CHECK(admission.enter({}, [] {}));
  CHECK(!admission.enter({}, [] {}));
}

TEST_CASE("without a queue one question is served after another") {
  std::size_t at_model = 0;
  Admission admission(16, 1, [&] { return at_model; });
  const auto first = admission.enter({}, [] {});
  REQUIRE(first);
  CHECK(!admission.enter({}, [] {}));
  admission.reached_model(*first);
  at_model = 1;
  CHECK(!admission.enter({}, [] {}));
  admission.leave(*first);
  at_model = 0;
  CHECK(admission.enter({}, [] {}));
}

TEST_CASE("a question that leaves while it waits is never begun, and its place is free") {
  Admission admission(1, 2, none_at_model);
  const auto running = admission.enter({}, [] {});
  const auto waiting = admission.enter({}, [] { FAIL("begun"); });
  REQUIRE((running && waiting));
  CHECK(!admission.enter({}, [] {}));
  admission.leave(*waiting);
  bool begun = false;
  CHECK(admission.enter({}, [&] { begun = true; }));
  admission.leave(*running);
  CHECK(begun);
}

TEST_CASE("what a question does after it has left changes nothing") {
  Admission admission(1, 8, none_at_model);
  const auto first = admission.enter({}, [] {});
  const auto second = admission.enter({}, [] {});
  REQUIRE((first && second));
  admission.leave(*first);
  admission.leave(*first);
  admission.reached_model(*first);
  CHECK(admission.running() == 1);
  admission.reached_model(*second);
  admission.reached_model(*second);
  CHECK(admission.running() == 0);
}

TEST_CASE("callers take turns, however many one of them asks, and by their shares") {
  Admission admission(1, 32, none_at_model);
  Door door(admission);
  std::vector<Admission::Ticket> tickets;
  for (int n = 0; n < 6; ++n) tickets.push_back(door.enter("a").value());
  for (int n = 0; n < 4; ++n) tickets.push_back(door.enter("B", 2).value());
  // One question runs at a time, so who is next is known by the length of what has begun.
  for (std::size_t served = 1; served <= tickets.size(); ++served) {
    for (const Admission::Ticket ticket : tickets) {
      if (door.begun().size() > served) break;
      admission.reached_model(ticket);
    }
  }
  CHECK(door.begun() == "aBBaBBaaaa");
}

TEST_CASE("the last places are for callers who hold fewer than their share") {
  Admission admission(1, 8, none_at_model);
  Door door(admission);
  for (int n = 0; n < 5; ++n) REQUIRE(door.enter("greedy"));
  REQUIRE(door.enter("other"));
  const auto refused = door.enter("greedy");
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::busy);
  CHECK(refused.error().message.find("5 questions") != std::string::npos);
  CHECK(door.enter("other"));
  CHECK(door.enter("third"));
  CHECK(!door.enter("fourth"));
}

TEST_CASE("a caller who is alone may have all places") {
  Admission admission(1, 8, none_at_model);
  Door door(admission);
  for (int n = 0; n < 8; ++n) CHECK(door.enter("alone"));
  CHECK(!door.enter("alone"));
}

}  // namespace
}  // namespace seekd::daemon
