#include "fetcher/broker/worker_pool.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "fetcher/passing.h"

namespace seekd::fetcher {

namespace asio = boost::asio;
using boost::system::error_code;
using policy::EgressReason;

namespace {

// So many pages can begin at once without waiting for a fork; each holds some 300 KiB.
constexpr std::size_t idle_workers = 8;

// TLS and copying alone; the slowest processor that runs a model does ten times as much.
constexpr std::uint64_t file_bytes_per_cpu_s = 8 << 20;

// A hundred thousand words, a chunk each, are read in a tenth of it.
constexpr std::uint32_t upstream_cpu_s_max = 30;

// 0: what every worker has.
std::uint32_t cpu_s_max(const WorkerJob& job) {
  constexpr std::uint64_t least = 10;
  if (is_upstream(job.kind)) return upstream_cpu_s_max;
  if (job.kind != JobKind::file) return 0;
  return static_cast<std::uint32_t>(least + (job.file_bytes - job.offset) / file_bytes_per_cpu_s);
}

}  // namespace

struct WorkerPool::Worker {
  Worker(asio::io_context& io, WorkerId number) : channel(io), id(number) {}

  asio::local::stream_protocol::socket channel;
  WorkerId id;
  Done done;  // empty: without a job, answered, or taken back
  std::string reply;
  std::array<char, 64 * 1024> chunk;
  bool reply_ended = false;
  bool oversized = false;
  std::optional<std::int32_t> wait_status;
};

Refusal refusal_of_end(std::int32_t wait_status) {
  if (wait_status != -1 && WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    if (signal == SIGXCPU) {
      return {EgressReason::content_invalid,
              "the page costs more processor time than fetcher.worker_cpu_max"};
    }
    return {EgressReason::worker_failed, fmt::format("the worker ended by signal {}", signal)};
  }
  return {EgressReason::worker_failed, "the worker ended without a reply"};
}

WorkerPool::WorkerPool(asio::io_context& io, Descriptor control, std::size_t reply_bytes_max,
                       std::function<void()> on_lost)
    : io_(io),
      control_(io, control.release()),
      reply_bytes_max_(reply_bytes_max),
      on_lost_(std::move(on_lost)) {
  wait_for_reports();
  refill();
}

WorkerPool::WorkerId WorkerPool::run(const Descriptor& connection, const WorkerJob& job,
                                     Done done) {
  const Descriptor none;
  return run(Ways{connection, none, none}, job, std::move(done));
}

WorkerPool::WorkerId WorkerPool::run(const Ways& ways, const WorkerJob& job, Done done) {
  auto worker = take_worker(job);
  worker->done = std::move(done);
  if (hand_over(*worker, std::array{ways.connection.get(), ways.sink.get(), ways.body.get()},
                job)) {
    read(worker);
  } else {
    asio::post(io_, [this, worker] {
      worker->reply_ended = true;
      take_report({worker->id, -1, 0});
    });
  }
  asio::post(io_, [this] { refill(); });
  return worker->id;
}

void WorkerPool::kill(WorkerId id) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  found->second->done = nullptr;
  error_code ignored;
  found->second->channel.close(ignored);
  order({id, ZygoteOrder::Kind::kill, 0}, {});
}

// In workers_ in any case; without a channel where it could not be had.
std::shared_ptr<WorkerPool::Worker> WorkerPool::make_worker(std::uint32_t cpu_s_max) {
  auto worker = std::make_shared<Worker>(io_, ++last_);
  workers_.emplace(worker->id, worker);
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return worker;
  worker->channel.assign(asio::local::stream_protocol(), pair[0]);
  order({worker->id, ZygoteOrder::Kind::fork, cpu_s_max}, Descriptor(pair[1]));
  return worker;
}

std::shared_ptr<WorkerPool::Worker> WorkerPool::take_worker(const WorkerJob& job) {
  const std::uint32_t cpu = cpu_s_max(job);
  if (cpu > 0 || idle_.empty()) return make_worker(cpu);
  auto worker = std::move(idle_.front());
  idle_.pop_front();
  return worker;
}

void WorkerPool::refill() {
  while (idle_.size() < idle_workers) {
    auto worker = make_worker(0);
    if (!worker->channel.is_open()) {  // tried again with the next page
      workers_.erase(worker->id);
      return;
    }
    idle_.push_back(std::move(worker));
  }
}

bool WorkerPool::hand_over(Worker& worker, std::span<const int> ways, const WorkerJob& job) {
  if (!worker.channel.is_open()) return false;
  // A job fits into the socket's buffer: a fresh one takes it whole.
  const std::string bytes = encode(job);
  const int channel = worker.channel.native_handle();
  return send_with_descriptors(channel, bytes.data(), bytes.size(), ways) &&
         shutdown(channel, SHUT_WR) == 0;
}

void WorkerPool::order(const ZygoteOrder& order, Descriptor channel) {
  unsent_.push_back({order, std::move(channel)});
  if (unsent_.size() == 1) send_orders();
}

void WorkerPool::send_orders() {
  while (!unsent_.empty()) {
    const Order& next = unsent_.front();
    const bool sent = send_with_descriptors(control_.native_handle(), &next.order,
                                            sizeof next.order, std::array{next.channel.get()});
    if (!sent && errno == EAGAIN) {
      return control_.async_wait(asio::posix::stream_descriptor::wait_write,
                                 [this](error_code error) {
                                   if (!error) send_orders();
                                 });
    }
    if (!sent && next.order.kind == ZygoteOrder::Kind::fork) {
      asio::post(io_, [this, id = next.order.worker] { take_report({id, -1, 0}); });
    }
    unsent_.pop_front();
  }
}

void WorkerPool::read(const std::shared_ptr<Worker>& worker) {
  worker->channel.async_read_some(
      asio::buffer(worker->chunk), [this, worker](error_code error, std::size_t bytes) {
        if (!worker->done) return;
        worker->reply.append(worker->chunk.data(), bytes);
        if (worker->reply.size() > reply_head_bytes_max + reply_bytes_max_) {
          worker->oversized = true;
          worker->reply.clear();
          order({worker->id, ZygoteOrder::Kind::kill, 0}, {});
        }
        if (!error && !worker->oversized) return read(worker);
        worker->reply_ended = true;
        finish(worker);
      });
}

void WorkerPool::wait_for_reports() {
  control_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    if (error) return;
    ZygoteReport report;
    const ssize_t got = recv(control_.native_handle(), &report, sizeof report, MSG_DONTWAIT);
    if (got == 0) return on_lost_();
    if (got == sizeof report) take_report(report);
    wait_for_reports();
  });
}

void WorkerPool::take_report(const ZygoteReport& report) {
  const auto found = workers_.find(report.worker);
  if (found == workers_.end()) return;
  std::erase(idle_, found->second);
  found->second->wait_status = report.wait_status;
  finish(found->second);
}

// A whole reply whose end the worker has announced is final: it cannot write any more. Without one,
// the worker's own end says why. By value: the map lets go of its share.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void WorkerPool::finish(std::shared_ptr<Worker> worker) {
  if (worker->wait_status) workers_.erase(worker->id);
  if (!worker->done || !worker->reply_ended) return;
  auto outcome = outcome_of(*worker);
  if (!outcome) return;
  if (!worker->wait_status) order({worker->id, ZygoteOrder::Kind::kill, 0}, {});
  std::exchange(worker->done, nullptr)(*std::move(outcome));
}

// nullopt: not known before its end.
std::optional<WorkerPool::Outcome> WorkerPool::outcome_of(const Worker& worker) const {
  if (worker.oversized) {
    return std::unexpected(
        Refusal{EgressReason::worker_failed, "the worker's reply is over fetcher.reply_bytes_max"});
  }
  auto reply = decode_reply(worker.reply, reply_bytes_max_);
  if (reply) return *std::move(reply);
  if (!worker.wait_status) return std::nullopt;
  if (worker.reply.empty() || *worker.wait_status != 0) {
    return std::unexpected(refusal_of_end(*worker.wait_status));
  }
  return std::unexpected(Refusal{EgressReason::worker_failed, reply.error().message});
}

}  // namespace seekd::fetcher
