#include "daemon/model_runner.h"

#include <algorithm>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "tests/daemon/scripted_model.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

// Runs the I/O thread's part until the condition holds.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!condition() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(10ms);
  }
  return condition();
}

ModelRunner::Load load(std::string text, std::chrono::milliseconds word_time) {
  return [=](const model::LoadWatch&) -> Result<std::unique_ptr<model::Model>> {
    return std::make_unique<ScriptedModel>(text, word_time);
  };
}

// The same, and a look at it from outside.
ModelRunner::Load load_into(ScriptedModel*& model) {
  return [&model](const model::LoadWatch&) -> Result<std::unique_ptr<model::Model>> {
    auto made = std::make_unique<ScriptedModel>("a b c", 1ms);
    model = made.get();
    return made;
  };
}

TEST_CASE("a model that cannot be loaded leaves its error") {
  boost::asio::io_context io;
  bool told = false;
  ModelRunner runner(
      io.get_executor(), 2,
      [](const model::LoadWatch&) -> Result<std::unique_ptr<model::Model>> {
        return fail(ErrorCode::not_found, "no file");
      },
      [&] { told = true; });
  REQUIRE(run_until(io, [&] { return told; }));
  CHECK(runner.state() == ModelRunner::State::failed);
  CHECK(runner.error().message == "no file");
}

TEST_CASE("a model that is being read says how far it is, and that it is done") {
  boost::asio::io_context io;
  std::vector<std::uint64_t> seen;
  ModelRunner runner(
      io.get_executor(), 1,
      [](const model::LoadWatch& watch) -> Result<std::unique_ptr<model::Model>> {
        std::this_thread::sleep_for(1100ms);
        watch.on_progress({2, 4});
        watch.on_progress({4, 4});
        return std::make_unique<ScriptedModel>("a", 1ms);
      },
      [&] { seen.push_back(runner.loading()->bytes_read); });
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  CHECK(seen == std::vector<std::uint64_t>{2, 4, 4});
}

TEST_CASE("a load that nobody waits for any more is called off") {
  boost::asio::io_context io;
  bool called_off = false;
  {
    const ModelRunner runner(
        io.get_executor(), 1,
        [&](const model::LoadWatch& watch) -> Result<std::unique_ptr<model::Model>> {
          while (!watch.stop.stop_requested()) std::this_thread::sleep_for(1ms);
          called_off = true;
          return fail(ErrorCode::cancelled, "called off");
        },
        [] {});
  }
  CHECK(called_off);
}

TEST_CASE(
    "generations are served in order, one at a time where one may run: their beginning is told, "
    "their text, their "
    "end") {
  boost::asio::io_context io;
  ModelRunner runner(io.get_executor(), 1, load("a b c", 1ms), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  std::vector<std::string> seen;
  for (const std::string name : {"1", "2", "3"}) {
    runner.generate(
        {}, {}, [&, name] { seen.push_back(name + ":"); },
        [&, name](const model::TextDelta& delta) { seen.push_back(name + delta.content); },
        [&, name](const auto& result) { seen.push_back(name + (result ? "." : "!")); });
  }
  REQUIRE(run_until(io, [&] { return seen.size() == 15; }));
  CHECK(seen == std::vector<std::string>{"1:", "1a ", "1b ", "1c", "1.", "2:", "2a ", "2b ", "2c",
                                         "2.", "3:", "3a ", "3b ", "3c", "3."});
}

TEST_CASE("what is taken back while it waits is never begun, and gives its place up at once") {
  boost::asio::io_context io;
  ModelRunner runner(io.get_executor(), 1, load("a b c d e f g h", 20ms), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  std::vector<ErrorCode> errors;
  int done = 0;
  const auto on_done = [&](const Result<model::Generation>& result) {
    ++done;
    if (!result) errors.push_back(result.error().code);
  };
  runner.generate({}, {}, [] {}, [](const auto&) {}, on_done);
  REQUIRE(run_until(io, [&] { return runner.running() == 1; }));
  const ModelRunner::Ticket waiting =
      runner.generate({}, {}, [] { FAIL("begun"); }, [](const auto&) {}, on_done);
  runner.generate({}, {}, [] {}, [](const auto&) {}, on_done);
  CHECK(runner.waiting() == 2);
  runner.take_back(waiting);
  CHECK(runner.waiting() == 1);
  REQUIRE(run_until(io, [&] { return done == 3; }));
  CHECK(errors == std::vector<ErrorCode>{ErrorCode::cancelled});
}

TEST_CASE("as many generations as may run are the model's at once") {
  boost::asio::io_context io;
  ModelRunner runner(io.get_executor(), 3, load("a b c d", 50ms), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  int done = 0;
  for (int n = 0; n < 4; ++n) {
    runner.generate(
        {}, {}, [] {}, [](const auto&) {},
        [&](const auto& result) {
          CHECK(result);
          ++done;
        });
  }
  REQUIRE(run_until(io, [&] { return runner.running() == 3; }));
  CHECK(runner.waiting() == 1);
  REQUIRE(run_until(io, [&] { return done == 4; }));
  REQUIRE(run_until(io, [&] { return runner.running() == 0; }));
}

TEST_CASE("a runner that goes takes back what runs") {
  boost::asio::io_context io;
  const auto begun = std::chrono::steady_clock::now();
  {
    std::string words;
    for (int n = 0; n < 1000; ++n) words += "word ";
    ModelRunner runner(io.get_executor(), 1, load(words, 20ms), [] {});
    REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
    runner.generate({}, {}, [] {}, [](const auto&) {}, [](const auto&) {});
    runner.generate({}, {}, [] {}, [](const auto&) {}, [](const auto&) {});
    REQUIRE(run_until(io, [&] { return runner.running() == 1; }));
  }
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

TEST_CASE("interactive generations are served before those in the background, and yet not always") {
  boost::asio::io_context io;
  ScriptedModel* model = nullptr;
  ModelRunner runner(io.get_executor(), 1, load_into(model), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  std::vector<std::string> served;
  const auto ask = [&](const std::string& name, model::Priority priority) {
    model::GenerateRequest request;
    request.priority = priority;
    runner.generate(
        {}, std::move(request), [] {}, [](const auto&) {},
        [&served, name](const auto&) { served.push_back(name); });
  };
  model->hold_counting();  // until all are there
  ask("first", model::Priority::interactive);
  ask("slow 1", model::Priority::background);
  ask("slow 2", model::Priority::background);
  for (int i = 0; i < 12; ++i) ask("quick", model::Priority::interactive);
  model->let_count();
  REQUIRE(run_until(io, [&] { return served.size() == 15; }));
  const auto place = [&](const std::string& name) {
    return std::ranges::find(served, name) - served.begin();
  };
  CHECK(place("slow 1") >= static_cast<std::ptrdiff_t>(model::Turns::passed_max) - 1);
  CHECK(place("slow 1") < 14);
  CHECK(place("slow 1") < place("slow 2"));
}

TEST_CASE("callers take turns at the model, whoever asks how much") {
  boost::asio::io_context io;
  ScriptedModel* model = nullptr;
  ModelRunner runner(io.get_executor(), 1, load_into(model), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  std::string served;
  const auto ask = [&](const std::string& caller) {
    return runner.generate(
        {caller}, {}, [] {}, [](const auto&) {},
        [&served, caller](const auto& result) { served += result ? caller : "!"; });
  };
  model->hold_counting();  // until all are there
  for (int i = 0; i < 6; ++i) ask("c");
  const ModelRunner::Ticket withdrawn = ask("l");
  for (int i = 0; i < 2; ++i) ask("l");
  runner.take_back(withdrawn);
  model->let_count();
  REQUIRE(run_until(io, [&] { return served.size() == 9; }));
  CHECK(std::ranges::count(served.substr(0, 6), 'l') == 2);
  CHECK(std::ranges::count(served, 'c') == 6);
}

TEST_CASE("background generations leave a thread to interactive ones") {
  boost::asio::io_context io;
  ModelRunner runner(io.get_executor(), 2, load("a b c d e f g h i j k l m n o p", 20ms), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  int slow = 0;
  bool quick = false;
  model::GenerateRequest in_background;
  in_background.priority = model::Priority::background;
  for (int i = 0; i < 3; ++i) {
    runner.generate({}, in_background, [] {}, [](const auto&) {}, [&](const auto&) { ++slow; });
  }
  REQUIRE(run_until(io, [&] { return runner.running() == 1; }));
  io.run_for(30ms);
  CHECK(runner.running() <= 1);
  runner.generate({}, {}, [] {}, [](const auto&) {}, [&](const auto&) { quick = true; });
  REQUIRE(run_until(io, [&] { return quick; }));
  REQUIRE(run_until(io, [&] { return slow == 3; }));
}

TEST_CASE("a judgement is told, its error too, and one that waits is taken back") {
  boost::asio::io_context io;
  ScriptedModel* model = nullptr;
  ModelRunner runner(io.get_executor(), 1, load_into(model), [] {});
  REQUIRE(run_until(io, [&] { return runner.state() == ModelRunner::State::ready; }));
  std::vector<std::string> told;
  const auto done = [&](const Result<std::vector<model::Score>>& scores) {
    told.push_back(scores ? std::to_string(scores->size())
                          : std::string(to_string(scores.error().code)));
  };
  model::ScoreRequest request;
  request.continuations = {"Yes", "No"};
  runner.score({}, request, done);
  REQUIRE(run_until(io, [&] { return told.size() == 1; }));
  CHECK(told.back() == "internal");
  model->yes = 0.5;
  runner.score({}, request, done);
  REQUIRE(run_until(io, [&] { return told.size() == 2; }));
  CHECK(told.back() == "2");
  model->hold_counting();
  runner.generate({}, {}, [] {}, [](const auto&) {}, [](const auto&) {});
  runner.take_back(runner.score({}, request, done));
  REQUIRE(run_until(io, [&] { return told.size() == 3; }));
  CHECK(told.back() == "cancelled");
  model->let_count();
}

}  // namespace
}  // namespace seekd::daemon
