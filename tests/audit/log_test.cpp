#include "audit/log.h"

#include <fstream>
#include <iterator>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/folder.h"

namespace seekd::audit {
namespace {

namespace fs = std::filesystem;

struct Place {
  Place() {
    std::string name = fs::temp_directory_path() / "seekd-audit.XXXXXX";
    top = ::mkdtemp(name.data());
    config.cache.directory = top / "cache";
  }
  ~Place() { fs::remove_all(top); }

  fs::path folder() const { return top / "audit"; }
  std::unique_ptr<Log> open() const {
    auto log = Log::open(config);
    INFO((log ? "" : log.error().message));
    REQUIRE(log);
    return std::move(*log);
  }
  Key key() const {
    std::ifstream file(folder() / key_name, std::ios::binary);
    Key key{};
    file.read(reinterpret_cast<char*>(key.data()), key.size());
    return key;
  }
  Result<Verified> verify() const { return audit::verify(folder(), key(), nullptr); }

  fs::path top;
  config::Config config;
};

void record(Log& log, int count) {
  for (int i = 0; i < count; ++i) REQUIRE(log.record(R"({"event":"request"})").has_value());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

bool says(const Result<Verified>& verified, const std::string& part) {
  return !verified && verified.error().message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what was recorded is verified, and goes on after a restart") {
  const Place place;
  record(*place.open(), 3);
  record(*place.open(), 2);
  const auto verified = place.verify();
  REQUIRE(verified);
  CHECK(verified->head.sequence == 5);
  CHECK(verified->files == 1);
}

TEST_CASE("the log and its key are nobody else's to read") {
  const Place place;
  record(*place.open(), 1);
  struct stat status{};
  REQUIRE(::stat(place.folder().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(::stat((place.folder() / key_name).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0400);
}

TEST_CASE("a full file is followed by the next, and their order is checked") {
  Place place;
  place.config.audit.file_bytes_max = 300;
  record(*place.open(), 10);
  const auto files = log_files(place.folder());
  REQUIRE(files);
  REQUIRE(files->size() > 2);
  CHECK(place.verify()->head.sequence == 10);
  fs::remove((*files)[1]);
  CHECK(says(place.verify(), "records were taken out"));
}

TEST_CASE("a log that is cut at its end is found by its head, and not gone on with") {
  const Place place;
  record(*place.open(), 4);
  const fs::path file = log_files(place.folder())->front();
  const std::string text = read(file);
  write(file, text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  CHECK(says(place.verify(), "records 4 to 4 were cut off at the end"));
  const auto opened = Log::open(place.config);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::corrupt);
  CHECK(opened.error().message.find("move the folder away") != std::string::npos);
}

TEST_CASE("a log whose files are all gone is not begun anew under the same head") {
  const Place place;
  record(*place.open(), 2);
  fs::remove(log_files(place.folder())->front());
  const auto opened = Log::open(place.config);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::corrupt);
}

TEST_CASE("half a line of a crash is taken off, wherever it was cut") {
  const Place place;
  record(*place.open(), 2);
  const fs::path file = log_files(place.folder())->front();
  const std::string whole = read(file);
  const std::string third = Chain(place.key(), place.verify()->head).append("{}");
  for (std::size_t bytes = 1; bytes <= third.size(); bytes += 13) {
    write(file, whole + third.substr(0, bytes));
    CHECK(place.verify()->torn_bytes == bytes);
    const auto log = place.open();
    CHECK(log->torn_bytes() == bytes);
    CHECK(log->head().sequence == 2);
    CHECK(read(file) == whole);
  }
}

TEST_CASE("a record whose head was not written any more is taken over") {
  const Place place;
  record(*place.open(), 1);
  const std::string head = read(place.folder() / head_name);
  record(*place.open(), 1);
  write(place.folder() / head_name, head);
  CHECK(place.verify()->head.sequence == 2);
  CHECK(place.open()->head().sequence == 2);
}

TEST_CASE("two processes do not write one log") {
  const Place place;
  const auto log = place.open();
  const auto second = Log::open(place.config);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::busy);
}

TEST_CASE("a file that cannot grow refuses the record, and takes the next one when it can") {
  const Place place;
  const auto log = place.open();
  record(*log, 1);
  const auto child = ::fork();  // the limit stays this process's
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{fs::file_size(log_files(place.folder())->front()) + 20, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    const Status refused = log->record(R"({"event":"request"})");
    const rlimit free{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &free);
    const Status taken = log->record(R"({"event":"request"})");
    ::_exit(!refused && refused.error().code == ErrorCode::io && taken ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(place.verify()->head.sequence == 2);
}

TEST_CASE("the same text has the same digest under one key, and another under another") {
  const Place place;
  const Place other;
  const auto log = place.open();
  CHECK(log->digest("a question") == log->digest("a question"));
  CHECK(log->digest("a question") != log->digest("another"));
  CHECK(log->digest("a question") != other.open()->digest("a question"));
}

}  // namespace seekd::audit
