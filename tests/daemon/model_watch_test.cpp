#include "daemon/model_watch.h"

#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "tests/daemon/scripted_model.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using model::ModelState;

template <class Condition>
bool run_until(boost::asio::io_context& io, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(10ms);
  }
  return condition();
}

TEST_CASE("a change of the model's health is told once, with its reason") {
  boost::asio::io_context io;
  ScriptedModel* scripted = nullptr;
  ModelRunner runner(
      io.get_executor(), 1,
      [&](const model::LoadWatch&) -> Result<std::unique_ptr<model::Model>> {
        auto made = std::make_unique<ScriptedModel>("a");
        scripted = made.get();
        return made;
      },
      [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  const auto now = std::chrono::steady_clock::now();
  CHECK(runner.available(now));

  std::vector<model::ModelHealth> told;
  ModelWatch watch(io.get_executor(), runner,
                   [&](const model::ModelHealth& health) { told.push_back(health); });
  watch.start();
  scripted->fall_ill({ModelState::hung, "it hangs"});
  REQUIRE(run_until(io, [&] { return !told.empty(); }));
  CHECK(told.front().state == ModelState::hung);
  CHECK(watch.state() == ModelState::hung);
  REQUIRE(!runner.available(now));
  CHECK(runner.available(now).error().code == ErrorCode::unavailable);
  CHECK(runner.available(now).error().message == "it hangs");

  scripted->fall_ill({});
  REQUIRE(run_until(io, [&] { return told.size() > 1; }));
  CHECK(told.back().state == ModelState::healthy);
  scripted->fall_ill({ModelState::lost, "it is lost"});
  REQUIRE(run_until(io, [&] { return told.size() > 2; }));
  CHECK(told.back().reason == "it is lost");
  CHECK(told.size() == 3);
}

}  // namespace
}  // namespace seekd::daemon
