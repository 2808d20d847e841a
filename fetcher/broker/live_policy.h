// The policy in force, and what becomes of a new one: SIGHUP brings a changed [egress], [search]
// and
// [[upstream]] into force at once, for the requests that begin from then on; those that run end
// under the one they began with. What is wrong, or needs rights that the sandbox did not get at the
// start, leaves all as it was.
//
// Decides; reads no file and no clock. One thread. docs/decisions/0006-policy-reload.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "config/config.h"
#include "policy/page.h"

namespace seekd::fetcher {

class LivePolicy {
 public:
  // `first` is the configuration of the start: the sandbox lets its ports through.
  LivePolicy(config::Config first, TimePoint now);

  const std::shared_ptr<const config::Config>& current() const { return current_; }

  // Errors: those of `loaded`; unsupported (the new policy names a port that only a restart opens).
  // The policy in force is then as it was.
  Status replace(Result<config::Loaded> loaded, TimePoint now);

  // [fetcher] has changed since the start; it holds from the next start on.
  bool restart_needed() const { return restart_needed_; }

  boost::json::object status_json() const;

 private:
  Status check_ports(const config::Config& config) const;

  std::vector<std::uint16_t> ports_;  // sorted
  std::shared_ptr<const config::Config> current_;
  TimePoint in_force_since_;
  std::uint64_t reloads_ = 0;
  std::string last_error_;  // of the latest reload, "" where it succeeded
  bool restart_needed_ = false;
};

}  // namespace seekd::fetcher
