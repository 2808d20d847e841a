// Killed, or without power, while it stores, confirms, forgets, reclaims, compacts and searches,
// the cache loses nothing that it acknowledged, and everything in it agrees; encrypted or not.
//
// SEEKD_CRASH_POINTS=1000 in the environment makes it a thousand moments of each kind.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/crash_pages.h"
#include "tests/cache/faulty_disk.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

constexpr std::chrono::seconds reopening_max{10};

int points_wanted(int otherwise) {
  const char* points = std::getenv("SEEKD_CRASH_POINTS");
  return points == nullptr ? otherwise : std::atoi(points);
}

struct Heard {
  std::vector<std::uint64_t> acknowledged;
  std::optional<std::uint64_t> begun;  // and not acknowledged
  int status = 0;                      // as waitpid() gives it
};

// Runs the other process, and kills it some time after so many acknowledgements; never, where there
// are none to wait for.
Heard run_child(std::vector<std::string> arguments, std::optional<std::size_t> kill_after,
                std::chrono::microseconds later) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    const auto program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "cache_crash_child";
    arguments.insert(arguments.begin(), program.string());
    std::vector<char*> list;
    for (std::string& argument : arguments) list.push_back(argument.data());
    list.push_back(nullptr);
    ::execv(list.front(), list.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  std::unique_ptr<FILE, int (*)(FILE*)> said(::fdopen(ends[0], "r"), &std::fclose);
  Heard heard;
  const auto hear = [&] {
    char what = 0;
    unsigned long long sequence = 0;
    if (std::fscanf(said.get(), "%c %llu\n", &what, &sequence) != 2) return false;
    heard.begun = what == 'b' ? std::optional<std::uint64_t>(sequence) : std::nullopt;
    if (what == 'a') heard.acknowledged.push_back(sequence);
    return true;
  };
  if (kill_after) {
    while (heard.acknowledged.size() < *kill_after && hear()) continue;
    std::this_thread::sleep_for(later);
    ::kill(child, SIGKILL);
  }
  while (hear()) continue;
  REQUIRE(::waitpid(child, &heard.status, 0) == child);
  return heard;
}

// What was acknowledged of one URL.
struct Known {
  std::uint64_t sequence = 0;   // of its text
  std::uint64_t confirmed = 0;  // stored or touched
};

class Trial {
 public:
  explicit Trial(bool encrypted) {
    if (encrypted) {
      key_ = (place_.config.directory.parent_path() / "key").string();
      std::ofstream(key_) << std::string(32, 'k');
      ::chmod(key_.c_str(), 0400);
    }
    config_ = crash_config(place_.config.directory.string(), key_);
  }

  std::vector<std::string> arguments() const {
    return {config_.directory.string(), key_, std::to_string(next_)};
  }

  std::filesystem::path stash() const {
    const auto folder = place_.config.directory.parent_path() / "stash";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
  }

  void check(const Heard& heard) {
    for (const std::uint64_t sequence : heard.acknowledged) apply(sequence);
    if (heard.begun) next_ = *heard.begun;
    INFO(next_ << " acts" << (key_.empty() ? "" : ", encrypted"));
    const auto begin = std::chrono::steady_clock::now();
    Result<std::unique_ptr<PageCache>> cache = open_rocks_page_cache(config_, crash_time(next_));
    slowest_ = std::max(slowest_, std::chrono::steady_clock::now() - begin);
    if (!cache) FAIL(cache.error().message);
    CHECK(std::chrono::steady_clock::now() - begin < reopening_max);
    for (std::uint64_t url = 0; url < crash_urls; ++url) check_page(**cache, url, heard.begun);
    cache->reset();
    for (const std::string& finding : contradictions(config_)) FAIL_CHECK(finding);
    ++next_;  // the one in flight may be there
  }

  std::uint64_t acts() const { return next_; }
  double slowest_ms() const { return std::chrono::duration<double, std::milli>(slowest_).count(); }

 private:
  void apply(std::uint64_t sequence) {
    const std::string url = crash_url(sequence);
    if (crash_act(sequence) == CrashAct::forget) known_.erase(url);
    if (crash_act(sequence) == CrashAct::store) known_[url] = {sequence, sequence};
    if (crash_act(sequence) == CrashAct::touch) known_[url].confirmed = sequence;
    next_ = sequence + 1;
  }

  // As it was acknowledged, or as what was begun would leave it: nothing else.
  void check_page(PageCache& cache, std::uint64_t number, std::optional<std::uint64_t> begun) {
    const std::string url = "https://example.org/" + std::to_string(number);
    INFO(url);
    const auto page = cache.find(url, crash_time(next_));
    if (!page) FAIL(page.error().message);
    const auto known = known_.find(url);
    const bool in_flight = begun && crash_url(*begun) == url;
    if (*page) {
      const std::uint64_t stored = std::stoull((*page)->blocks.back().text.substr(9));
      const bool acknowledged = known != known_.end() && known->second.sequence == stored;
      CHECK((acknowledged || (in_flight && stored == *begun)));
      CHECK((*page)->blocks == crash_page(stored).blocks);
      const auto confirmed =
          static_cast<std::uint64_t>(((*page)->retrieved_at - crash_time(0)).count());
      if (acknowledged) CHECK(confirmed >= known->second.confirmed);
      known_[url] = {stored, confirmed};
      return;
    }
    const bool lives = known != known_.end() &&
                       crash_time(known->second.confirmed) + config_.retention > crash_time(next_);
    CHECK((!lives || (in_flight && crash_act(*begun) == CrashAct::forget)));
    if (known != known_.end()) known_.erase(known);
  }

  TemporaryCache place_;
  std::string key_;
  config::CacheConfig config_;
  std::map<std::string, Known> known_;
  std::uint64_t next_ = 0;
  std::chrono::steady_clock::duration slowest_{};
};

}  // namespace

TEST_CASE("Kills at random moments lose no acknowledged page and leave no contradiction") {
  std::mt19937 random(20261122);
  std::uniform_int_distribution<std::size_t> acts(0, 60);
  std::uniform_int_distribution<int> later_us(0, 20'000);
  Trial trials[] = {Trial(false), Trial(true)};
  const int points = points_wanted(24);
  for (int point = 0; point < points; ++point) {
    Trial& trial = trials[point % 2];
    const Heard heard = run_child(trial.arguments(), point < 6 ? 0 : acts(random),
                                  std::chrono::microseconds(later_us(random)));
    REQUIRE(WIFSIGNALED(heard.status));
    trial.check(heard);
  }
  CHECK(trials[0].acts() + trials[1].acts() > static_cast<std::uint64_t>(points) * 10);
  WARN(points << " kills, " << trials[0].acts() + trials[1].acts() << " acts; reopened within "
              << std::max(trials[0].slowest_ms(), trials[1].slowest_ms()) << " ms");
}

TEST_CASE("Power that goes at any call to the disk takes nothing that was acknowledged") {
  std::mt19937 random(20261123);
  Trial trials[] = {Trial(false), Trial(true)};
  const int points = points_wanted(24);
  for (int point = 0; point < points; ++point) {
    Trial& trial = trials[point % 2];
    std::vector<std::string> arguments = trial.arguments();
    arguments.push_back(trial.stash().string());
    arguments.push_back(std::to_string(point < 10 ? 1 + random() % 60 : 1 + random() % 1500));
    arguments.push_back(std::to_string(random()));
    const Heard heard = run_child(arguments, std::nullopt, {});
    INFO("at call " << arguments[4] << " with seed " << arguments[5]);
    REQUIRE(WIFEXITED(heard.status));
    REQUIRE(WEXITSTATUS(heard.status) == faulty_disk::power_lost);
    trial.check(heard);
  }
  WARN(points << " losses of power, " << trials[0].acts() + trials[1].acts()
              << " acts; reopened within "
              << std::max(trials[0].slowest_ms(), trials[1].slowest_ms()) << " ms");
}
