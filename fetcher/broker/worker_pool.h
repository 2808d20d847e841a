// The broker's side of the zygote: has workers forked, sends each its job and connection, and takes
// its one reply. A few wait forked already, so that a page does not wait for a fork.
//
// One thread (the event loop's); outlives its workers. A worker that dies, or writes what no worker
// of ours would, is an outcome like any other.
#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "fetcher/broker/fetch_machine.h"
#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/zygote.h"

namespace seekd::fetcher {

// What a worker's end without a reply means, from waitpid's status: content_invalid where the page
// cost too much processor time, worker_failed for every other cause.
Refusal refusal_of_end(std::int32_t wait_status);

// What a worker is handed beside its job; none where it needs none. The caller may close them.
struct Ways {
  const Descriptor& connection;
  const Descriptor& sink;  // of a file, a listing or an upstream
  const Descriptor& body;  // of a chat
};

class WorkerPool {
 public:
  using WorkerId = std::uint64_t;
  using Outcome = std::expected<WorkerReply, Refusal>;
  using Done = std::function<void(Outcome)>;

  // `on_lost`: the zygote has ended, and with it every worker; none can be had any more.
  WorkerPool(boost::asio::io_context& io, Descriptor control, std::size_t reply_bytes_max,
             std::function<void()> on_lost);

  // `done` is called once, never inside this call, and not after kill(). A file gets a worker
  // forked for it, with processor time by its bytes, and an upstream by what it may say.
  WorkerId run(const Ways& ways, const WorkerJob& job, Done done);
  WorkerId run(const Descriptor& connection, const WorkerJob& job, Done done);
  void kill(WorkerId worker);

  std::size_t running() const { return workers_.size() - idle_.size(); }
  std::size_t idle() const { return idle_.size(); }

 private:
  struct Worker;
  struct Order {
    ZygoteOrder order;
    Descriptor channel;  // none with a kill
  };

  std::shared_ptr<Worker> make_worker(std::uint32_t cpu_s_max);
  std::shared_ptr<Worker> take_worker(const WorkerJob& job);
  void refill();
  bool hand_over(Worker& worker, std::span<const int> ways, const WorkerJob& job);
  void read(const std::shared_ptr<Worker>& worker);
  void finish(std::shared_ptr<Worker> worker);
  std::optional<Outcome> outcome_of(const Worker& worker) const;
  void order(const ZygoteOrder& order, Descriptor channel);
  void send_orders();
  void wait_for_reports();
  void take_report(const ZygoteReport& report);

  boost::asio::io_context& io_;
  boost::asio::posix::stream_descriptor control_;
  std::size_t reply_bytes_max_;
  std::function<void()> on_lost_;
  std::deque<Order> unsent_;  // the zygote is behind, and the kernel holds no more for it
  WorkerId last_ = 0;
  std::map<WorkerId, std::shared_ptr<Worker>> workers_;  // until their end is reported
  std::deque<std::shared_ptr<Worker>> idle_;             // of workers_; without a job yet
};

}  // namespace seekd::fetcher
