#include "ctl/trial_daemon.h"

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <boost/json.hpp>

#include "ctl/json_view.h"
#include "ctl/neighbour.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::chrono::minutes ready_max{10};  // a large model is read from a slow disk
constexpr std::chrono::minutes vectors_max{10};
constexpr std::chrono::milliseconds pause{100};

Status write_configuration(const std::filesystem::path& folder, const TrialSite& site,
                           const std::filesystem::path& model) {
  std::filesystem::create_directory(folder / "etc");  // the fetcher may read this one
  std::ofstream file(folder / "etc" / "seekd.toml");
  const std::string here = folder.string();
  file << "[daemon]\nsocket = \"" << here << "/seekd.sock\"\nhttp_listen = \"\"\n"
       << "[fetcher]\nsocket = \"" << here << "/fetcher.sock\"\nca_file = " << site.authority()
       << "\n[cache]\ndirectory = \"" << here << "/cache\"\n"
       << "[egress]\nallow = [\"localhost:" << site.port() << "\"]\n[[egress.exception]]\n"
       << "address = \"127.0.0.1\"\nport = " << site.port() << "\nreason = \"the trial's pages\"\n";
  if (!model.empty()) file << "[model]\npath = " << std::filesystem::absolute(model) << "\n";
  file.close();
  if (file) return {};
  return fail(ErrorCode::io, "cannot write '" + here + "/etc/seekd.toml'");
}

Result<ChildProcess> start_program(const std::string& name, const std::filesystem::path& folder) {
  return ChildProcess::start({{neighbour(name), "--config", folder / "etc" / "seekd.toml"}, {}},
                             folder / (name + ".log"));
}

Status wait_until(const std::function<bool()>& is_ready, ChildProcess& program,
                  const std::string& what) {
  const auto end = std::chrono::steady_clock::now() + ready_max;
  while (!is_ready()) {
    if (program.has_ended()) return std::unexpected(program.failure());
    if (std::chrono::steady_clock::now() > end) {
      return fail(ErrorCode::timeout, what + " is not ready after 10 minutes");
    }
    std::this_thread::sleep_for(pause);
  }
  return {};
}

}  // namespace

TrialDaemon::TrialDaemon(ChildProcess fetcher, ChildProcess seekd, DaemonConnection connection)
    : fetcher_(std::move(fetcher)), seekd_(std::move(seekd)), connection_(std::move(connection)) {}

Result<TrialDaemon> TrialDaemon::start(const std::filesystem::path& folder, const TrialSite& site,
                                       const std::filesystem::path& model) {
  if (Status made = write_configuration(folder, site, model); !made) {
    return std::unexpected(made.error());
  }
  auto fetcher = start_program("seekd-fetcher", folder);
  if (!fetcher) return std::unexpected(std::move(fetcher.error()));
  const std::filesystem::path fetcher_socket = folder / "fetcher.sock";
  Status ready =
      wait_until([&] { return std::filesystem::exists(fetcher_socket); }, *fetcher, "the fetcher");
  if (!ready) return std::unexpected(std::move(ready.error()));
  auto seekd = start_program("seekd", folder);
  if (!seekd) return std::unexpected(std::move(seekd.error()));
  DaemonConnection connection(folder / "seekd.sock");
  ready = wait_until([&] { return connection.get("/health").has_value(); }, *seekd, "seekd");
  if (!ready) return std::unexpected(std::move(ready.error()));
  return TrialDaemon(std::move(*fetcher), std::move(*seekd), std::move(connection));
}

Status TrialDaemon::wait_for_vectors() const {
  const auto end = std::chrono::steady_clock::now() + vectors_max;
  while (true) {
    const Result<json::object> status = connection_.get("/seekd/v1/status");
    if (!status) return std::unexpected(status.error());
    if (integer_at(object_at(*status, "cache"), "passages_waiting") == 0) return {};
    if (std::chrono::steady_clock::now() > end) {
      return fail(ErrorCode::timeout, "the stored passages are not embedded after 10 minutes");
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace seekd::ctl
