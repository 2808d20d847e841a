#include "daemon/model_versions.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "daemon/services.h"
#include "policy/model_files.h"

namespace seekd::daemon {
namespace {

constexpr std::chrono::milliseconds idle_interval{200};
constexpr std::size_t warm_tokens = 8;

// A few words, so that what is made at the first use is there, and a model that cannot speak never
// serves.
Status warm(model::Model& model, const std::stop_token& stop) {
  model::GenerateRequest request;
  request.messages = {{.role = model::Role::user, .content = "Say hello."}};
  request.tokens_max = warm_tokens;
  const auto said = model.generate(request, [](const model::TextDelta&) {}, stop);
  if (said) return {};
  return fail(said.error().code, "it was loaded and could not speak: " + said.error().message);
}

// Where two do not fit, the settings by which one would fit alone are not all there is to do.
Error beside_another(Error error) {
  if (error.code == ErrorCode::too_large) {
    error.message +=
        "; the model that serves stays in memory until the switch: set model.kv_cache_bytes so "
        "that both fit, or name this one in model.path and restart seekd";
  }
  return error;
}

}  // namespace

ModelVersions::ModelVersions(boost::asio::any_io_executor executor,
                             const config::ModelConfig& configured, std::filesystem::path file,
                             ModelHistory history, Ways ways, OnSwitched switched)
    : executor_(std::move(executor)),
      configured_(configured),
      file_(std::move(file)),
      ways_(std::move(ways)),
      switched_(std::move(switched)),
      history_(std::move(history)),
      idle_timer_(executor_) {
  const ModelVersion* const chosen = history_.chosen(configured_.path);
  first_ = chosen != nullptr ? chosen->path : configured_.path;
}

ModelVersions::~ModelVersions() {
  stop_.request_stop();
  thread_.join();
}

// What is said of the configured model is not said of another.
config::ModelConfig ModelVersions::config_of(const std::filesystem::path& path) const {
  config::ModelConfig config = configured_;
  if (path == configured_.path) return config;
  config.path = path;
  config.adapter.clear();
  config.knowledge_cutoff.reset();
  return config;
}

Result<std::shared_ptr<model::Model>> ModelVersions::load_first(const model::LoadWatch& watch) {
  auto model = ways_.load(config_of(first_), watch);
  if (model || first_ == configured_.path || watch.stop.stop_requested()) return model;
  spdlog::error("{} served last and cannot be loaded ({}): {} is loaded instead", first_.string(),
                model.error().message, configured_.path.string());
  fell_back_ = true;
  return ways_.load(configured_, watch);
}

config::ModelConfig ModelVersions::serving() const {
  if (runner_ != nullptr) return config_of(history_.versions().front().path);
  return config_of(fell_back_ ? configured_.path : first_);
}

void ModelVersions::started(ModelRunner& runner) {
  const std::filesystem::path path = serving().path;
  runner_ = &runner;
  const ModelVersion* const chosen = history_.chosen(configured_.path);
  if (chosen != nullptr && chosen->path == path) return;  // it is written down, and since when
  history_.serves({runner.model().info().name, path, wall_clock()}, configured_.path);
  boost::asio::post(thread_, [history = history_, file = file_] {
    if (const Status written = history.write(file); !written) {
      spdlog::warn("which model serves is not remembered: {}", written.error().message);
    }
  });
}

std::span<const ModelVersion> ModelVersions::versions() const {
  return runner_ != nullptr ? history_.versions() : std::span<const ModelVersion>();
}

std::vector<std::string> ModelVersions::finishing() const {
  std::vector<std::string> names;
  names.reserve(finishing_.size());
  for (const auto& model : finishing_) names.push_back(model->info().name);
  return names;
}

void ModelVersions::use(const std::string& name_or_path, OnDone done) {
  config::ModelConfig config = config_of(name_or_path);
  if (!config.path.is_absolute() && !policy::is_model_name(name_or_path)) {
    return done(fail(ErrorCode::invalid_argument,
                     "'" + name_or_path +
                         "' is neither the name of a model (`seekctl model list`) nor an absolute "
                         "path"));
  }
  if (const Status found = ways_.find(config); !found) return done(found);
  std::error_code error;
  if (!config.path.is_absolute() || !std::filesystem::exists(config.path, error)) {
    return done(fail(ErrorCode::not_found, "there is no model '" + name_or_path +
                                               "': `seekctl model list` shows those there are"));
  }
  switch_to(config.path.lexically_normal(), std::move(done));
}

void ModelVersions::use_configured(OnDone done) {
  switch_to(configured_.path, std::move(done));
}

void ModelVersions::roll_back(OnDone done) {
  const ModelVersion* const before = runner_ != nullptr ? history_.before() : nullptr;
  if (before == nullptr) {
    return done(fail(ErrorCode::not_found,
                     "no other model served before this one: `seekctl model use NAME` takes one"));
  }
  switch_to(before->path, std::move(done));
}

void ModelVersions::switch_to(std::filesystem::path path, OnDone done) {
  if (runner_ == nullptr) {
    return done(fail(ErrorCode::unavailable, "the first model is being loaded: ask again then"));
  }
  if (loading_) {
    return done(fail(ErrorCode::busy,
                     "'" + loading_->path.string() +
                         "' is being loaded: one switch at a time; ask again when it has ended"));
  }
  loading_ = Loading{path, std::nullopt};
  spdlog::info("{} is loaded beside {}", path.string(), runner_->model().info().name);
  boost::asio::post(thread_, [this, path = std::move(path), history = history_,
                              done = std::move(done)]() mutable {
    auto loaded = load(path);
    if (loaded) {
      history.serves({(*loaded)->info().name, path, wall_clock()}, configured_.path);
      if (const Status kept = history.write(file_); !kept) loaded = std::unexpected(kept.error());
    }
    boost::asio::post(
        executor_, [this, loaded = std::move(loaded), history = std::move(history),
                    done = std::move(done)]() mutable { take(std::move(loaded), history, done); });
  });
}

Result<std::shared_ptr<model::Model>> ModelVersions::load(const std::filesystem::path& path) {
  LoadMeter meter(std::chrono::steady_clock::now());
  const auto on_progress = [&](const model::LoadProgress& progress) {
    const auto report = meter.update(progress, std::chrono::steady_clock::now());
    if (!report) return;
    boost::asio::post(executor_, [this, report] {
      if (loading_) loading_->report = report;
    });
  };
  auto model = ways_.load(config_of(path), {on_progress, stop_.get_token()});
  if (!model) return std::unexpected(beside_another(std::move(model.error())));
  if (const Status warmed = warm(**model, stop_.get_token()); !warmed) {
    return std::unexpected(warmed.error());
  }
  return model;
}

void ModelVersions::take(Result<std::shared_ptr<model::Model>> loaded, const ModelHistory& history,
                         const OnDone& done) {
  const std::filesystem::path path = loading_->path;
  loading_.reset();
  if (!loaded) {
    spdlog::error("{} does not serve, {} still does: {}", path.string(),
                  runner_->model().info().name, loaded.error().message);
    return done(std::unexpected(std::move(loaded.error())));
  }
  history_ = history;
  finishing_.push_back(runner_->replace(*std::move(loaded)));
  switched_();
  look_for_idle();
  done({});
}

// Nobody but this list can hand one of them on, so one that it alone holds is done with. Unloading
// takes a while, and no request should wait for it.
void ModelVersions::look_for_idle() {
  std::erase_if(finishing_, [this](std::shared_ptr<model::Model>& model) {
    if (model.use_count() > 1) return false;
    const std::string name = model->info().name;
    boost::asio::post(thread_, [name, model = std::move(model)]() mutable {
      model.reset();
      spdlog::info("unloaded: {}", name);
    });
    return true;
  });
  if (finishing_.empty()) return;
  idle_timer_.expires_after(idle_interval);
  idle_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look_for_idle();
  });
}

}  // namespace seekd::daemon
