// TrialDaemon: a seekd and a seekd-fetcher of the caller's own, the programs beside this one, that
// read one TrialSite and nothing else. They end with the object.
//
// One thread. Their sockets, cache and configuration stand in one folder.
#pragma once

#include <filesystem>

#include "ctl/child_process.h"
#include "ctl/daemon_connection.h"
#include "ctl/trial_site.h"
#include "policy/result.h"

namespace seekd::ctl {

class TrialDaemon {
 public:
  // Returns when the model is loaded. `model`: as model.path; "": the embedded default. Errors: io;
  // unavailable (one of them ended, or is not ready in time), with the end of its log.
  static Result<TrialDaemon> start(const std::filesystem::path& folder, const TrialSite& site,
                                   const std::filesystem::path& model);

  const DaemonConnection& connection() const { return connection_; }

  // Returns when every stored passage is found by meaning, too. Errors: those of the connection;
  // timeout.
  Status wait_for_vectors() const;

 private:
  TrialDaemon(ChildProcess fetcher, ChildProcess seekd, DaemonConnection connection);

  ChildProcess fetcher_;
  ChildProcess seekd_;
  DaemonConnection connection_;
};

}  // namespace seekd::ctl
