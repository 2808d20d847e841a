// What a confined process must not be able to do, as attempts to do it: a sandbox is what the
// kernel refuses, not what a configuration says. Tests and `seekctl selftest` make the same ones.
//
// Each attempt is made as such, in the calling process, and is harmless where it succeeds: what it
// opens is closed again, a child ends at once, a program is /bin/true, a connection goes to an
// address of documentation (RFC 5737, RFC 3849) or to loopback. One thread; nothing fails: what
// could not be tried says so.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

namespace seekd::fetcher {

struct Attempt {
  std::string by;    // "seekd", "broker", "worker"
  std::string what;  // "socket(AF_INET, SOCK_STREAM)"
  std::string expected;
  std::string got;
  bool passed = false;
};

// `channel`: the worker's socket to the broker; passing a descriptor over it is tried.
std::vector<Attempt> try_as_worker(int channel);

// `hidden`: paths that must not be readable: the cache, the model, home folders.
std::vector<Attempt> try_as_broker(const std::vector<std::filesystem::path>& hidden);

std::vector<Attempt> try_as_daemon();

boost::json::array to_json(const std::vector<Attempt>& attempts);

}  // namespace seekd::fetcher
