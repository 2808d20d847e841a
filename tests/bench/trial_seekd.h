// TrialSeekd: a seekd of a benchmark's own on loopback, the program beside this one, with what
// callers it shall know. It reads what is imported and nothing else: no door stands beside it.
//
// One thread. It ends with the object. What is in the way ends the benchmark with a sentence.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/child.h"
#include "tests/bench/http_crowd.h"
#include "tests/bench/trial_folder.h"

namespace seekd::bench {

class TrialSeekd {
 public:
  // Returns when the model is loaded. `options`: lines of [daemon]. Without `callers` everybody on
  // loopback may ask.
  TrialSeekd(const std::string& options, const std::vector<std::string>& callers);

  HttpCrowd::Server server() const { return loopback_server(port_); }
  const std::string& key(const std::string& caller) const { return keys_.at(caller); }
  const Child& process() const { return process_; }
  bool has_ended() { return process_.has_ended(); }
  std::string log() const { return text_of(folder_ / "seekd.log"); }

  void import(const std::string& url, const std::string& text) const;

 private:
  std::string configuration(const std::string& options,
                            const std::vector<std::string>& callers) const;
  void make_keys(const std::vector<std::string>& callers);
  std::string socket() const { return folder_ / "seekd.sock"; }

  TrialFolder folder_;
  const std::uint16_t port_ = free_port();
  std::map<std::string, std::string> keys_;
  Child process_;
};

}  // namespace seekd::bench
