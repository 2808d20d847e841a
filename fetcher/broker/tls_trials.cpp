#include "fetcher/broker/tls_trials.h"

#include <array>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include "fetcher/broker/test_certificates.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

constexpr const char* host = "seekd-selftest.example";
constexpr std::uint32_t time_ms_max = 5'000;
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

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

class TlsTrials : public std::enable_shared_from_this<TlsTrials> {
 public:
  TlsTrials(Door& door, TestCertificates certificates,
            std::function<void(std::vector<Attempt>)> done)
      : door_(door), certificates_(std::move(certificates)), done_(std::move(done)) {}

  void next() {
    if (attempts_.size() == trials.size()) return done_(std::move(attempts_));
    std::array<int, 2> pair{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
      return conclude(EgressReason::internal, "no socket pair can be had");
    }
    const auto server = serve(Descriptor(pair[0]));
    door_.workers.run(Descriptor(pair[1]), client_job(),
                      [self = shared_from_this(), server](const WorkerPool::Outcome& outcome) {
                        self->door_.workers.kill(server);
                        if (!outcome)
                          return self->conclude(outcome.error().reason, outcome.error().detail);
                        const bool read = outcome->kind == WorkerReplyKind::page;
                        self->conclude(read ? EgressReason::allowed : outcome->reason,
                                       outcome->message);
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
