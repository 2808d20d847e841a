// Auditor: writes down in the audit log (audit/log.h) who asked what, what was read for it, and
// what was refused.
//
// All functions are called on the I/O thread. A record is written before the function returns, and
// reaches the disk itself within a second. What cannot be written is counted, and the next record
// that can says how many are missing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include "audit/log.h"
#include "config/config.h"
#include "daemon/audit/unknown_callers.h"
#include "daemon/exchange.h"
#include "daemon/workers.h"

namespace seekd::daemon {

class Auditor {
 public:
  // Without a log (nullptr) nothing is recorded. REQUIRES: the others outlive this.
  Auditor(const boost::asio::any_io_executor& executor, Workers& workers,
          const config::Config& config, std::unique_ptr<audit::Log> log);
  // The latest head is logged.
  ~Auditor();

  // False: the log cannot be written, and nothing may happen unseen (audit.when_unwritable).
  bool may_go_on();

  void record(std::string_view event, const boost::json::object& fields);

  // The request is recorded when its reply is sent, or its caller has gone; with what its handler
  // has put into LogFields. Where nobody knows the caller, as UnknownCallers says.
  void follow(const std::shared_ptr<Exchange>& exchange);

  struct Reading {
    std::uint64_t records = 0;  // in the log
    std::uint64_t missing = 0;  // that could not be written since the start
    std::uint64_t disk_bytes = 0;
    bool writable = true;
  };
  // nullopt: there is no log.
  std::optional<Reading> read() const;

  // As much of a question as audit.questions lets the log hold.
  boost::json::value question(std::string_view text) const;

 private:
  bool write(std::string_view event, const boost::json::object& fields);
  void record_request(Exchange& exchange, int status);
  void record_unknown_soon();
  void record_unknown();
  void sync_soon();
  void tell_head();

  const config::Config& config_;
  Workers& workers_;
  const std::unique_ptr<audit::Log> log_;
  std::size_t missing_ = 0;          // records that could not be written, since the last that was
  std::uint64_t missing_total_ = 0;  // since the start
  bool sync_due_ = false;
  UnknownCallers unknown_;
  bool unknown_due_ = false;
  boost::asio::steady_timer unknown_timer_;
  boost::asio::steady_timer sync_;
  boost::asio::steady_timer tell_;
};

}  // namespace seekd::daemon
