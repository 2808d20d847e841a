// Reads a response as libcurl delivers it, and says when to stop: the limits of step 11 that
// libcurl does not keep.
//
// Decides; no I/O. One thread. What is reserved at the start is never outgrown, so that no
// exception arises inside libcurl's callbacks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "fetcher/worker/message.h"
#include "fetcher/worker/response_head.h"

namespace seekd::fetcher {

struct TransferFault {
  policy::EgressReason reason = policy::EgressReason::internal;
  std::string message;
};

struct Transfer {
  ResponseHead head;
  std::string body;                    // decoded; read only where the job's kind wants one
  std::uint64_t wire_bytes = 0;        // header and body as they came, TLS apart
  std::optional<TransferFault> fault;  // none: head, and body if wanted, are complete
};

class ResponseReader {
 public:
  enum class Next : std::uint8_t {
    more,
    stop,  // there is a fault, or all that is wanted has been read
  };

  ResponseReader(const WorkerJob& job, const config::FetcherConfig& config);

  // Bytes as they came, chunk framing included and before decoding; each is told before what it
  // became.
  void count_header(std::size_t bytes) { result_.wire_bytes += bytes; }
  void count_body(std::size_t bytes);

  Next header_line(std::string_view line);
  // Of a file and of an upstream's reply nothing is kept: where this says more, `decoded` is the
  // caller's to hand on.
  Next body(std::string_view decoded);
  // Asked from time to time, with what the connection has carried so far, TLS included: a body that
  // decodes to nothing never reaches body(), and frames that are no message reach nothing here.
  Next progress(std::uint64_t connection_bytes);
  const ResponseHead& head() const { return result_.head; }
  // What the caller found in the body that it was handed.
  Next refuse_body(std::string message);
  // Nothing of a response has been read.
  bool unanswered() const { return header_bytes_ == 0 && result_.wire_bytes == 0; }

  // The transfer ended, by itself or because this said stop. `failure` is libcurl's, if it had one.
  Transfer end(std::optional<TransferFault> failure);

 private:
  bool wants_body() const;
  bool is_file() const { return job_.kind == JobKind::file; }
  bool is_taken(std::string_view type) const;
  bool has_excess() const;
  Next judge_head();
  Next judge_file_head();
  Next robots_body(std::string_view decoded);
  Next file_body(std::size_t bytes);
  Next upstream_body(std::size_t bytes);
  Next stop(policy::EgressReason reason, std::string message);

  const WorkerJob& job_;
  const config::FetcherConfig& config_;
  Transfer result_;
  std::uint64_t header_bytes_ = 0;
  std::uint64_t body_wire_bytes_ = 0;
  std::uint64_t file_bytes_ = 0;  // of a file or an upstream: those that have come
  bool body_begun_ = false;
  bool enough_ = false;  // the rest is not wanted
};

}  // namespace seekd::fetcher
