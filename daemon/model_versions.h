// ModelVersions: which local model serves, and how another one comes in its place while seekd
// answers.
//
// The next one is loaded beside the one that serves, says a few words, and is written down; then
// new requests go to it. What runs ends with the model that it began with, which is unloaded when
// the last of these has let it go. Whatever fails before that, the old one serves on.
//
// All functions but load_first() are called on the I/O thread; callbacks run there. The destructor
// calls a load off and joins its thread.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "config/config.h"
#include "daemon/load_meter.h"
#include "daemon/model_history.h"
#include "daemon/model_runner.h"

namespace seekd::daemon {

class ModelVersions {
 public:
  struct Ways {
    // A stored model's name in ModelConfig::path becomes its path. Errors: not_found, corrupt, io.
    std::function<Status(config::ModelConfig&)> find;
    // Errors: as load_torch_model()'s.
    std::function<Result<std::shared_ptr<model::Model>>(const config::ModelConfig&,
                                                        const model::LoadWatch&)>
        load;
  };
  using OnSwitched = std::function<void()>;
  using OnDone = std::function<void(Status)>;

  // One that is being loaded beside the one that serves.
  struct Loading {
    std::filesystem::path path;
    std::optional<LoadReport> report;  // nullopt before the first second
  };

  // `configured` names its model by path, and outlives this. `switched` is told of each switch.
  ModelVersions(boost::asio::any_io_executor executor, const config::ModelConfig& configured,
                std::filesystem::path file, ModelHistory history, Ways ways, OnSwitched switched);
  ~ModelVersions();

  // For a thread of the runner: what served last, else, and where that cannot be loaded, what the
  // configuration names. Errors: of the latter.
  Result<std::shared_ptr<model::Model>> load_first(const model::LoadWatch& watch);
  // What load_first() gave is ready in `runner`, which outlives every call from now on.
  void started(ModelRunner& runner);

  // `done` is called once: when the model that is named (by its name in model.directory or its
  // absolute path) serves, or with why the one before it still does. Errors: busy (a switch is
  // under way), unavailable (nothing serves yet), invalid_argument, not_found, and those of
  // loading; of the file that remembers it.
  void use(const std::string& name_or_path, OnDone done);
  void use_configured(OnDone done);
  // To the one that served before. Errors: likewise; not_found: there is none.
  void roll_back(OnDone done);

  // A load that goes on ends with `cancelled`.
  void call_off() { stop_.request_stop(); }

  // Newest first; the first one serves. Empty before the first is ready.
  std::span<const ModelVersion> versions() const;
  const std::optional<Loading>& loading() const { return loading_; }
  // Those that end what they have begun.
  std::vector<std::string> finishing() const;

  const std::filesystem::path& configured() const { return configured_.path; }
  // Of what serves, or is loaded first.
  config::ModelConfig serving() const;

 private:
  config::ModelConfig config_of(const std::filesystem::path& path) const;
  void switch_to(std::filesystem::path path, OnDone done);
  Result<std::shared_ptr<model::Model>> load(const std::filesystem::path& path);
  void take(Result<std::shared_ptr<model::Model>> loaded, const ModelHistory& history,
            const OnDone& done);
  void look_for_idle();

  boost::asio::any_io_executor executor_;
  const config::ModelConfig& configured_;
  const std::filesystem::path file_;
  const Ways ways_;
  const OnSwitched switched_;
  ModelHistory history_;
  std::filesystem::path first_;          // what load_first() tries
  std::atomic<bool> fell_back_ = false;  // it took what is configured instead
  ModelRunner* runner_ = nullptr;        // nullptr: nothing is ready yet
  std::optional<Loading> loading_;
  std::vector<std::shared_ptr<model::Model>> finishing_;
  boost::asio::steady_timer idle_timer_;
  std::stop_source stop_;
  boost::asio::thread_pool thread_{1};  // loads and unloads; last: it uses the above
};

}  // namespace seekd::daemon
