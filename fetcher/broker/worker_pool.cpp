#include "fetcher/broker/worker_pool.h"

#include <array>
#include <csignal>
#include <cstring>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace seekd::fetcher {

namespace asio = boost::asio;
using boost::system::error_code;
using policy::EgressReason;

struct WorkerPool::Worker {
  Worker(asio::io_context& io, WorkerId number, Done callback)
      : channel(io), id(number), done(std::move(callback)) {}

  asio::local::stream_protocol::socket channel;
  WorkerId id;
  Done done;
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
}

WorkerPool::WorkerId WorkerPool::run(Descriptor connection, const WorkerJob& job, Done done) {
  auto worker = std::make_shared<Worker>(io_, ++last_, std::move(done));
  workers_.emplace(worker->id, worker);
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0) {
    worker->channel.assign(asio::local::stream_protocol(), pair[0]);
    const Descriptor theirs(pair[1]);
    // A job fits into the socket's buffer: a fresh one takes it whole.
    const std::string bytes = encode(job);
    const bool sent =
        send(pair[0], bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
            static_cast<ssize_t>(bytes.size()) &&
        order({worker->id, ZygoteOrder::Kind::fork, 0}, theirs.get(), connection.get());
    if (sent) {
      shutdown(pair[0], SHUT_WR);
      read(worker);
      return worker->id;
    }
  }
  asio::post(io_, [this, worker] {
    worker->reply_ended = true;
    take_report({worker->id, -1, 0});
  });
  return worker->id;
}

void WorkerPool::kill(WorkerId id) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  found->second->done = nullptr;
  error_code ignored;
  found->second->channel.close(ignored);
  order({id, ZygoteOrder::Kind::kill, 0}, -1, -1);
}

bool WorkerPool::order(ZygoteOrder order, int channel, int connection) {
  iovec data{&order, sizeof order};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  const std::array<int, 2> fds{channel, connection};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds)> rights{};
  if (order.kind == ZygoteOrder::Kind::fork) {
    message.msg_control = rights.data();
    message.msg_controllen = rights.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fds);
    std::memcpy(CMSG_DATA(header), fds.data(), sizeof fds);
  }
  return sendmsg(control_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof order;
}

void WorkerPool::read(const std::shared_ptr<Worker>& worker) {
  worker->channel.async_read_some(
      asio::buffer(worker->chunk), [this, worker](error_code error, std::size_t bytes) {
        if (!worker->done) return;
        worker->reply.append(worker->chunk.data(), bytes);
        if (worker->reply.size() > reply_head_bytes_max + reply_bytes_max_) {
          worker->oversized = true;
          worker->reply.clear();
          order({worker->id, ZygoteOrder::Kind::kill, 0}, -1, -1);
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
  found->second->wait_status = report.wait_status;
  finish(found->second);
}

// The reply is judged when the worker has ended: until then it could still write. By value: the map
// lets go of its share.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void WorkerPool::finish(std::shared_ptr<Worker> worker) {
  if (!worker->wait_status || (worker->done && !worker->reply_ended)) return;
  workers_.erase(worker->id);
  if (!worker->done) return;
  const Done done = std::exchange(worker->done, nullptr);
  if (worker->oversized) {
    return done(std::unexpected(Refusal{EgressReason::worker_failed,
                                        "the worker's reply is over fetcher.reply_bytes_max"}));
  }
  if (worker->reply.empty()) return done(std::unexpected(refusal_of_end(*worker->wait_status)));
  auto reply = decode_reply(worker->reply, reply_bytes_max_);
  if (!reply && *worker->wait_status != 0) {
    return done(std::unexpected(refusal_of_end(*worker->wait_status)));
  }
  if (!reply) {
    return done(std::unexpected(Refusal{EgressReason::worker_failed, reply.error().message}));
  }
  done(*std::move(reply));
}

}  // namespace seekd::fetcher
