// Stores, confirms and forgets pages until it is killed or the power goes, while others search,
// compact and reclaim. Prints "b N" before an act, and "a N" when it is acknowledged ("n N": there
// was nothing to act on).
// usage: cache_crash_child FOLDER KEY_FILE FIRST_SEQUENCE [STASH CALL SEED]: the power goes at CALL

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "cache/rocks_page_cache.h"
#include "tests/cache/crash_pages.h"
#include "tests/cache/faulty_disk.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  std::fflush(stderr);
  ::_Exit(1);
}

// False where there was nothing to act on.
bool act(PageCache& cache, std::uint64_t sequence) {
  const TimePoint now = crash_time(sequence);
  const std::string url = crash_url(sequence);
  if (crash_act(sequence) == CrashAct::store) {
    const auto stored = cache.store(crash_page(sequence), now);
    if (!stored) give_up(stored.error());
    return true;
  }
  if (crash_act(sequence) == CrashAct::forget) {
    const auto report = cache.forget(url, now);
    if (!report) give_up(report.error());
    return true;
  }
  const auto touched = cache.touch(url, {}, now, now);
  if (!touched && touched.error().code != ErrorCode::not_found) give_up(touched.error());
  return touched.has_value();
}

void say(char what, std::uint64_t sequence) {
  std::printf("%c %llu\n", what, static_cast<unsigned long long>(sequence));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 7) return 2;
  if (argc == 7) {
    faulty_disk::watch(argv[1], argv[4]);
    faulty_disk::lose_power_at(std::strtoull(argv[5], nullptr, 10),
                               std::strtoull(argv[6], nullptr, 10));
  }
  std::atomic<std::uint64_t> sequence = std::strtoull(argv[3], nullptr, 10);
  const auto opened = open_rocks_page_cache(crash_config(argv[1], argv[2]), crash_time(sequence));
  if (!opened) give_up(opened.error());
  PageCache& cache = **opened;
  std::thread([&] {
    while (true) {
      const auto found =
          cache.search({.text = "falcon edition", .hosts = {}, .hosts_denied = {}, .urls = {}},
                       crash_time(sequence));
      if (!found) give_up(found.error());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }).detach();
  std::thread([&] {
    for (int round = 0;; ++round) {
      const auto purged = cache.purge_expired(crash_time(sequence), 10);
      if (!purged) give_up(purged.error());
      const Status compacted = round % 4 == 0 ? cache.compact() : Status();
      if (!compacted && compacted.error().code != ErrorCode::busy) give_up(compacted.error());
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  }).detach();
  for (;; ++sequence) {
    say('b', sequence);
    say(act(cache, sequence) ? 'a' : 'n', sequence);
  }
}
