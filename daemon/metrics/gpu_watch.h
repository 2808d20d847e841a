// GpuWatch: the host's GPUs, looked at every few seconds by a thread of its own, so that a driver
// that hangs holds up neither a question nor who asks for the metrics.
//
// All functions are called on the I/O thread. The destructor waits for a look that is under way.

#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/metrics/nvml.h"
#include "daemon/workers.h"

namespace seekd::daemon {

class GpuWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // nullptr: there are no GPUs to look at.
  GpuWatch(const boost::asio::any_io_executor& executor, std::unique_ptr<const Nvml> nvml);

  void start();

  // As they were a moment ago; none where the last look is older than half a minute.
  const std::vector<GpuReading>& latest(Time now) const;

 private:
  void look();
  void looked(std::vector<GpuReading> readings);

  const std::unique_ptr<const Nvml> nvml_;
  Workers thread_;
  boost::asio::steady_timer timer_;
  std::vector<GpuReading> readings_;
  Time read_at_;
};

}  // namespace seekd::daemon
