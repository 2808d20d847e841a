#include "fetcher/broker/tls_trials.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>

#include "fetcher/broker/test_certificates.h"
#include "fetcher/broker/wall_clock.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

constexpr const char* host = "seekd-selftest.example";
constexpr std::uint32_t time_ms_max = 5'000;
constexpr std::chrono::seconds client_time_max{8};
constexpr std::uint64_t bytes_max = 64 * 1024;

struct Trial {
  const char* what;
  std::string TestCertificates::* shown;
  EgressReason expected;
};
constexpr std::array trials{
    Trial{"a TLS server with a sound certificate, vouched for by a trusted authority",
          &TestCertificates::good, EgressReason::allowed},
    Trial{"a TLS server with a certificate for another name", &TestCertificates::other_name,
          EgressReason::tls_failed},
    Trial{"a TLS server with an expired certificate", &TestCertificates::expired,
          EgressReason::tls_failed},
    Trial{"a TLS server with a self-signed certificate", &TestCertificates::self_signed,
          EgressReason::tls_failed},
};

class TlsTrials : public std::enable_shared_from_this<TlsTrials> {
 public:
  TlsTrials(Door& door, TestCertificates certificates,
            std::function<void(std::vector<Attempt>)> done)
      : door_(door),
        certificates_(std::move(certificates)),
        done_(std::move(done)),
        deadline_(door.io) {}

  void next() {
    if (attempts_.size() == trials.size()) return done_(std::move(attempts_));
    std::array<int, 2> pair{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
      return conclude(EgressReason::internal, "no socket pair can be had");
    }
    server_ = serve(Descriptor(pair[0]));
    client_ = door_.workers.run(
        Descriptor(pair[1]), client_job(),
        [self = shared_from_this()](const WorkerPool::Outcome& outcome) {
          self->deadline_.cancel();
          if (!outcome) return self->end(outcome.error().reason, outcome.error().detail);
          const bool read = outcome->kind == WorkerReplyKind::page;
          self->end(read ? EgressReason::allowed : outcome->reason, outcome->message);
        });
    deadline_.expires_after(client_time_max);
    deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error || !self->client_) return;
      self->door_.workers.kill(*self->client_);
      self->end(EgressReason::worker_failed, "no report in time");
    });
  }

 private:
  const Trial& trial() const { return trials[attempts_.size()]; }

  WorkerPool::WorkerId serve(const Descriptor& connection) {
    WorkerJob job;
    job.kind = JobKind::tls_server;
    job.pem = certificates_.*trial().shown;
    return door_.workers.run(connection, job, [](const WorkerPool::Outcome&) {});
  }

  WorkerJob client_job() const {
    WorkerJob job;
    job.url = {"https", host, 443, "/"};
    job.time_ms_max = time_ms_max;
    job.user_agent = door_.config->fetcher.user_agent;
    job.wire_bytes_max = bytes_max;
    job.decoded_bytes_max = bytes_max;
    job.pem = certificates_.authority;
    return job;
  }

  void end(EgressReason reason, const std::string& message) {
    client_.reset();
    door_.workers.kill(server_);
    conclude(reason, message);
  }

  void conclude(EgressReason reason, const std::string& message) {
    const std::string got(policy::to_string(reason));
    attempts_.push_back({"worker", trial().what, std::string(policy::to_string(trial().expected)),
                         message.empty() ? got : got + ": " + message, reason == trial().expected});
    boost::asio::post(door_.io, [self = shared_from_this()] { self->next(); });
  }

  Door& door_;
  TestCertificates certificates_;
  std::vector<Attempt> attempts_;
  std::function<void(std::vector<Attempt>)> done_;
  boost::asio::steady_timer deadline_;  // client_'s
  std::optional<WorkerPool::WorkerId> client_;
  WorkerPool::WorkerId server_ = 0;
};

}  // namespace

void run_tls_trials(Door& door, std::function<void(std::vector<Attempt>)> done) {
  auto certificates = make_test_certificates(host, wall_clock());
  boost::asio::post(
      door.io, [&door, certificates = std::move(certificates), done = std::move(done)]() mutable {
        if (!certificates) {
          return done({{"broker", "certificates for a TLS server", "made",
                        certificates.error().message, false}});
        }
        std::make_shared<TlsTrials>(door, *std::move(certificates), std::move(done))->next();
      });
}

}  // namespace seekd::fetcher
