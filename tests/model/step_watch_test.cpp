// What the engine says of its steps, and how large they are after memory has run out.

#include "model/engine/step_watch.h"

#include <catch2/catch.hpp>

#include "model/engine/step_room.h"

namespace seekd::model {
namespace {

using namespace std::chrono_literals;
using TimePoint = StepWatch::TimePoint;

constexpr TimePoint start{1000s};

TEST_CASE("a step that takes longer than its limit hangs, and until it returns alone") {
  StepWatch watch(60s);
  CHECK(watch.health(start).state == ModelState::healthy);  // none has begun
  watch.began(start);
  CHECK(watch.health(start + 60s).state == ModelState::healthy);
  const ModelHealth hung = watch.health(start + 75s);
  CHECK(hung.state == ModelState::hung);
  CHECK(hung.reason.contains("75 s"));
  CHECK(hung.reason.contains("model.step_limit"));
  CHECK(watch.failures().hangs == 0);
  watch.returned(start + 80s);
  CHECK(watch.health(start + 81s).state == ModelState::healthy);
  CHECK(watch.failures().hangs == 1);
}

TEST_CASE("time in which no step runs is no hang") {
  StepWatch watch(1s);
  watch.began(start);
  watch.returned(start + 1s);
  CHECK(watch.health(start + 1h).state == ModelState::healthy);
  CHECK(watch.failures().hangs == 0);
}

TEST_CASE("what is lost stays lost, and says why and what to do") {
  StepWatch watch(1s);
  watch.lose("an illegal memory access was encountered");
  for (const auto now : {start, start + 24h}) {
    const ModelHealth health = watch.health(now);
    CHECK(health.state == ModelState::lost);
    CHECK(health.reason.contains("illegal memory access"));
    CHECK(health.reason.contains("started anew"));
    CHECK(refusal(health).code == ErrorCode::unavailable);
  }
}

TEST_CASE("failures are counted by what they were") {
  StepWatch watch(1s);
  watch.failed(ErrorCode::too_large);
  watch.failed(ErrorCode::too_large);
  watch.failed(ErrorCode::internal);
  watch.recovered();
  const StepFailures failures = watch.failures();
  CHECK(failures.out_of_memory == 2);
  CHECK(failures.errors == 1);
  CHECK(failures.recovered == 1);
}

TEST_CASE("a step is halved when memory runs out, and no smaller than the least") {
  StepRoom room;
  CHECK(room.of(256, 16) == 256);
  room.ran_out();
  room.ran_out();
  CHECK(room.of(256, 16) == 64);
  CHECK(room.of(40, 16) == 16);
  CHECK(room.of(8, 16) == 8);  // the limit is below the least
  CHECK(room.of(1, 1) == 1);
}

TEST_CASE("it grows again only after many steps in a row that went well") {
  StepRoom room;
  room.ran_out();
  room.ran_out();
  for (std::size_t i = 0; i < StepRoom::patience - 1; ++i) room.went_well();
  room.ran_out();
  CHECK(room.of(256, 1) == 32);
  for (std::size_t i = 0; i < StepRoom::patience - 1; ++i) room.went_well();
  CHECK(room.of(256, 1) == 32);
  room.went_well();
  CHECK(room.of(256, 1) == 64);
  for (std::size_t i = 0; i < 9 * StepRoom::patience; ++i) room.went_well();
  CHECK(room.of(256, 1) == 256);
}

}  // namespace
}  // namespace seekd::model
