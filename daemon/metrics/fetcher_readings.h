// What the fetcher's GET /status counts, typed: the door's verdicts by reason, its traffic, its
// workers.
//
// Pure; any thread. The counters are the fetcher's own and begin with its process.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace seekd::daemon {

struct FetcherReadings {
  std::uint64_t requests = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t pages_in_progress = 0;
  std::uint64_t pages_waiting = 0;
  std::uint64_t workers = 0;
  std::uint64_t policy_reloads = 0;
  std::map<std::string, std::uint64_t> verdicts;  // by the reason's name
};

// nullopt: not what a fetcher says.
std::optional<FetcherReadings> read_fetcher_status(std::string_view json);

}  // namespace seekd::daemon
