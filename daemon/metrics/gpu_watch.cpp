#include "daemon/metrics/gpu_watch.h"

#include <utility>

namespace seekd::daemon {
namespace {

constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::seconds kBelieved{30};

}  // namespace

GpuWatch::GpuWatch(const boost::asio::any_io_executor& executor, std::unique_ptr<const Nvml> nvml)
    : nvml_(std::move(nvml)), thread_(executor, 1), timer_(executor) {}

void GpuWatch::start() {
  if (nvml_) look();
}

const std::vector<GpuReading>& GpuWatch::latest(Time now) const {
  static const std::vector<GpuReading> none;
  return now - read_at_ <= kBelieved ? readings_ : none;
}

void GpuWatch::look() {
  thread_.run([this] { return nvml_->read(); },
              [this](std::vector<GpuReading> readings) { looked(std::move(readings)); });
}

void GpuWatch::looked(std::vector<GpuReading> readings) {
  readings_ = std::move(readings);
  read_at_ = std::chrono::steady_clock::now();
  timer_.expires_after(kLookEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

}  // namespace seekd::daemon
