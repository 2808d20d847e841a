// The web that `seekd-bench fetch` reads: nginx with TLS on loopback, one article at every path, in
// a folder of its own that also holds the door's configuration.
//
// One thread. What is in the way ends the benchmark with a sentence.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/bench/child.h"
#include "tests/bench/trial_folder.h"

namespace seekd::bench {

class FetchSite {
 public:
  // `at_once`: pages that the door may have in flight from this one host.
  FetchSite(const std::string& article, std::size_t at_once);

  std::string url(std::size_t page) const;
  std::string certificate() const { return folder_ / "site.pem"; }
  std::string configuration() const { return folder_ / "seekd.toml"; }  // of seekd-fetcher
  std::string socket() const { return folder_ / "fetcher.sock"; }
  std::string log() const { return folder_ / "fetcher.log"; }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  std::string nginx_configuration() const;
  std::string door_configuration(std::size_t at_once) const;

  std::uint16_t port_;
  TrialFolder folder_;
  Child nginx_;
};

}  // namespace seekd::bench
