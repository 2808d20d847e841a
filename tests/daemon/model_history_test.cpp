#include "daemon/model_history.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

const TimePoint noon{1'780'000'000s};

ModelVersion version(const std::string& name) {
  return {name, "/models/" + name, noon};
}

std::vector<std::string> names(const ModelHistory& history) {
  std::vector<std::string> names;
  for (const ModelVersion& version : history.versions()) names.push_back(version.name);
  return names;
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

using Names = std::vector<std::string>;

TEST_CASE("the last three that served are kept, each once, the one that serves first") {
  ModelHistory history;
  CHECK(history.before() == nullptr);
  for (const char* name : {"a", "b", "c", "d"}) history.serves(version(name), "/models/a");
  CHECK(names(history) == Names{"d", "c", "b"});
  history.serves(version("c"), "/models/a");
  CHECK(names(history) == Names{"c", "d", "b"});
  CHECK(history.before()->name == "d");
}

TEST_CASE("what served last is chosen while the configuration names what it named then") {
  ModelHistory history;
  CHECK(history.chosen("/models/a") == nullptr);
  history.serves(version("b"), "/models/a");
  REQUIRE(history.chosen("/models/a") != nullptr);
  CHECK(history.chosen("/models/a")->name == "b");
  CHECK(history.chosen("/models/c") == nullptr);
}

TEST_CASE("a history is read as it was written, and what is no file is an empty one") {
  const TemporaryFolder folder;
  const auto file = folder / "model-versions.json";
  REQUIRE(ModelHistory::read(file));
  CHECK(ModelHistory::read(file)->versions().empty());
  ModelHistory history;
  history.serves(version("a \"quoted\" name"), "/models/a");
  history.serves(version("b"), "/models/a");
  REQUIRE(history.write(file));
  const auto read = ModelHistory::read(file);
  REQUIRE(read);
  CHECK(*read == history);
}

TEST_CASE("a file of another format, or that is damaged, is named with what to do") {
  const TemporaryFolder folder;
  const auto file = folder / "model-versions.json";
  write(file, R"({"format": 2, "configured": "/a", "versions": []})");
  const auto newer = ModelHistory::read(file);
  REQUIRE(!newer);
  CHECK(newer.error().code == ErrorCode::version_mismatch);
  CHECK(newer.error().message.find(file.string()) != std::string::npos);
  CHECK(newer.error().message.find("remove it") != std::string::npos);
  for (
      const char* text :
      {"", "{", "[]", "{}", R"({"format": 1})",
       R"({"format": "1", "configured": "", "versions": []})",
       R"({"format": 1, "configured": "/a", "versions": {}})",
       R"({"format": 1, "configured": "/a", "versions": [1]})",
       R"({"format": 1, "configured": "/a", "versions": [{"name": "a", "path": "relative", "since": "2026-03-01T12:00:00Z"}]})",
       R"({"format": 1, "configured": "/a", "versions": [{"name": "a", "path": "/a", "since": "noon"}]})",
       R"({"format": 1, "configured": "/a", "versions": [1, 2, 3, 4]})"}) {
    write(file, text);
    const auto damaged = ModelHistory::read(file);
    INFO(text);
    REQUIRE(!damaged);
    CHECK(damaged.error().code == ErrorCode::corrupt);
  }
  write(file, std::string(100 << 10, ' '));
  CHECK(!ModelHistory::read(file));
}

TEST_CASE("a history that cannot be written leaves the one that was") {
  const TemporaryFolder folder;
  const auto file = folder / "model-versions.json";
  ModelHistory history;
  history.serves(version("a"), "/models/a");
  REQUIRE(history.write(file));
  // In the way of the file beside it.
  std::filesystem::create_directory(file.string() + ".new");
  ModelHistory next = history;
  next.serves(version("b"), "/models/a");
  const Status written = next.write(file);
  REQUIRE(!written);
  CHECK(written.error().code == ErrorCode::io);
  CHECK(*ModelHistory::read(file) == history);
}

}  // namespace
}  // namespace seekd::daemon
