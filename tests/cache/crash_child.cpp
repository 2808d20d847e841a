// Stores pages until it is killed, and prints each as soon as it is acknowledged.
// usage: cache_crash_child FOLDER FIRST_SEQUENCE

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cache/rocks_page_cache.h"
#include "tests/cache/crash_pages.h"

using namespace seekd;
using namespace seekd::cache;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Result<std::unique_ptr<PageCache>> cache =
      open_rocks_page_cache(crash_config(argv[1]), crash_time(0));
  if (!cache) {
    std::fprintf(stderr, "%s\n", cache.error().message.c_str());
    return 1;
  }
  for (std::uint64_t sequence = std::strtoull(argv[2], nullptr, 10);; ++sequence) {
    const FetchedPage page = crash_page(sequence);
    Result<StoreOutcome> outcome = (*cache)->store(page, page.retrieved_at);
    if (!outcome) {
      std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
      return 1;
    }
    std::printf("%llu\n", static_cast<unsigned long long>(sequence));
    std::fflush(stdout);
  }
}
