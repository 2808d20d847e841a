#include "daemon/model_versions.h"

#include <atomic>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "tests/daemon/scripted_model.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

// A runner and its versions over scripted models: the text of each is its path.
class Host {
 public:
  // `lost` cannot be loaded.
  explicit Host(const TemporaryFolder& folder, ModelHistory history = {},
                std::filesystem::path lost = {})
      : file_(folder / "model-versions.json"),
        lost_(std::move(lost)),
        versions_(io_.get_executor(), configured_, file_, std::move(history),
                  {[](config::ModelConfig&) -> Status { return {}; },
                   [this](const auto& config, const auto& watch) { return load(config, watch); }},
                  [this] { ++switches_; }),
        runner_(
            io_.get_executor(), 2,
            [this](const model::LoadWatch& watch) { return versions_.load_first(watch); },
            [this] {
              if (runner_.state() == ModelRunner::State::ready) versions_.started(runner_);
            }) {
    REQUIRE(run_until([&] { return runner_.state() != ModelRunner::State::loading; }));
  }

  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(5ms);
    }
    return condition();
  }

  Status use(const std::string& path) {
    return wait([&](auto done) { versions_.use(path, std::move(done)); });
  }
  Status roll_back() {
    return wait([&](auto done) { versions_.roll_back(std::move(done)); });
  }

  std::string serving() const { return versions_.versions().front().path.string(); }
  ModelVersions& versions() { return versions_; }
  ModelRunner& runner() { return runner_; }
  const std::filesystem::path& file() const { return file_; }
  int switches() const { return switches_; }

  int unloaded() const { return *unloaded_; }

 private:
  template <class Begin>
  Status wait(Begin begin) {
    std::optional<Status> result;
    begin([&](Status done) { result = std::move(done); });
    REQUIRE(run_until([&] { return result.has_value(); }));
    return *result;
  }

  Result<std::shared_ptr<model::Model>> load(const config::ModelConfig& config,
                                             const model::LoadWatch&) {
    if (config.path == lost_) return fail(ErrorCode::too_large, "it does not fit");
    return std::shared_ptr<model::Model>(new ScriptedModel(config.path.string() + " a b c", 20ms),
                                         [count = unloaded_](model::Model* model) {
                                           delete model;
                                           ++*count;
                                         });
  }

  static config::ModelConfig configured() {
    config::ModelConfig config;
    config.path = "/dev/null";
    config.adapter = "/adapter";
    config.knowledge_cutoff = std::chrono::year(2024) / 6;
    return config;
  }

  const config::ModelConfig configured_ = configured();
  const std::filesystem::path file_;
  const std::filesystem::path lost_;
  boost::asio::io_context io_;
  std::shared_ptr<std::atomic<int>> unloaded_ = std::make_shared<std::atomic<int>>(0);
  int switches_ = 0;
  ModelVersions versions_;
  ModelRunner runner_;
};

TEST_CASE("what runs ends on the model it began with, and new requests are the next one's") {
  const TemporaryFolder folder;
  Host host(folder);
  std::string old_text, new_text;
  const auto ask = [&](std::string& text, std::shared_ptr<model::Model> model = nullptr) {
    host.runner().generate(
        {}, {}, [] {}, [](const model::TextDelta&) {},
        [&text](const auto& said) { text = said ? said->content : said.error().message; },
        std::move(model));
  };
  auto held = host.runner().hold();
  ask(old_text);
  REQUIRE(host.use("/dev/zero"));
  CHECK(host.serving() == "/dev/zero");
  CHECK(host.switches() == 1);
  ask(new_text);
  REQUIRE(host.run_until([&] { return !old_text.empty() && !new_text.empty(); }));
  CHECK(old_text.starts_with("/dev/null"));
  CHECK(new_text.starts_with("/dev/zero"));

  // Who holds the old one is answered by it, and keeps it loaded.
  old_text.clear();
  ask(old_text, held);
  REQUIRE(host.run_until([&] { return !old_text.empty(); }));
  CHECK(old_text.starts_with("/dev/null"));
  CHECK(host.versions().finishing().size() == 1);
  CHECK(host.unloaded() == 0);
  held.reset();
  CHECK(host.run_until([&] { return host.unloaded() == 1; }));
  CHECK(host.versions().finishing().empty());
}

TEST_CASE("a model that cannot be loaded, or is not there, leaves the one that serves") {
  const TemporaryFolder folder;
  Host host(folder, {}, "/dev/zero");
  const Status too_large = host.use("/dev/zero");
  REQUIRE(!too_large);
  CHECK(too_large.error().code == ErrorCode::too_large);
  CHECK(too_large.error().message.find("it does not fit; the model that serves stays") == 0);
  CHECK(host.use("/dev/nothing").error().code == ErrorCode::not_found);
  CHECK(host.use("nothing").error().code == ErrorCode::not_found);
  CHECK(host.use("../up").error().code == ErrorCode::invalid_argument);
  CHECK(host.roll_back().error().code == ErrorCode::not_found);
  CHECK(host.serving() == "/dev/null");
  CHECK(host.switches() == 0);
  CHECK(!host.versions().loading());
}

TEST_CASE("a choice that cannot be written down is not made") {
  const TemporaryFolder folder;
  Host host(folder);
  REQUIRE(host.use("/dev/zero"));
  std::filesystem::create_directory(host.file().string() + ".new");
  CHECK(host.use("/dev/full").error().code == ErrorCode::io);
  CHECK(host.serving() == "/dev/zero");
}

TEST_CASE("one switch at a time") {
  const TemporaryFolder folder;
  Host host(folder);
  std::optional<Status> first, second;
  host.versions().use("/dev/zero", [&](Status done) { first = std::move(done); });
  REQUIRE(host.versions().loading());
  CHECK(host.versions().loading()->path == "/dev/zero");
  host.versions().use("/dev/full", [&](Status done) { second = std::move(done); });
  REQUIRE(second.has_value());
  CHECK(second->error().code == ErrorCode::busy);
  REQUIRE(host.run_until([&] { return first.has_value(); }));
  CHECK(first->has_value());
}

TEST_CASE("a rollback goes to the one before, and a second one back again") {
  const TemporaryFolder folder;
  Host host(folder);
  REQUIRE(host.use("/dev/zero"));
  CHECK(host.versions().serving().adapter.empty());
  CHECK(!host.versions().serving().knowledge_cutoff);
  REQUIRE(host.roll_back());
  CHECK(host.serving() == "/dev/null");
  CHECK(host.versions().serving().adapter == "/adapter");
  CHECK(host.versions().serving().knowledge_cutoff);
  REQUIRE(host.roll_back());
  CHECK(host.serving() == "/dev/zero");
}

TEST_CASE("the next process begins with the choice, and with the configured one where it is gone") {
  const TemporaryFolder folder;
  ModelHistory history;
  {
    Host host(folder);
    REQUIRE(host.use("/dev/zero"));
    history = *ModelHistory::read(host.file());
  }
  Host again(folder, history);
  CHECK(again.serving() == "/dev/zero");

  Host fallen(folder, history, "/dev/zero");
  CHECK(fallen.serving() == "/dev/null");
}

}  // namespace
}  // namespace seekd::daemon
