#include "daemon/audit/auditor.h"

#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "daemon/services.h"
#include "daemon/time_text.h"
#include "policy/private_data.h"
#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds sync_after{1};
constexpr std::chrono::hours tell_every{1};
constexpr std::size_t path_bytes_max = 1024;

// Turned away before it was known who asks.
bool is_of_unknown(const Exchange& exchange, int status) {
  return exchange.caller().known_by == KnownBy::nothing && (status == 401 || status == 403);
}

json::object request_fields(const Exchange& exchange, int status) {
  const HttpRequest& request = exchange.request();
  const Caller& caller = exchange.caller();
  json::object fields{{"caller", caller.name},
                      {"method", request.method},
                      {"path", policy::first_bytes(request.path, path_bytes_max)},
                      {"status", status},
                      {"trace_id", request.trace.trace_id}};
  if (!request.trace.state.empty()) fields["tracestate"] = request.trace.state;
  if (exchange.connection().account.uid) fields["uid"] = *exchange.connection().account.uid;
  return fields;
}

// Each private thing as its kind's name: "[phone]".
std::string masked(std::string_view text, const policy::MaskingPolicy& policy) {
  std::string out;
  std::size_t at = 0;
  for (const policy::PrivateSpan& span : policy::find_private(text, policy)) {
    out.append(text.substr(at, span.begin - at))
        .append("[")
        .append(to_string(span.kind))
        .append("]");
    at = span.end;
  }
  return out.append(text.substr(at));
}

}  // namespace

Auditor::Auditor(const boost::asio::any_io_executor& executor, Workers& workers,
                 const config::Config& config, std::unique_ptr<audit::Log> log)
    : config_(config),
      workers_(workers),
      log_(std::move(log)),
      unknown_timer_(executor),
      sync_(executor),
      tell_(executor) {
  if (!log_) return;
  record("started", {{"version", SEEKD_VERSION}});
  if (log_->torn_bytes() != 0) record("torn", {{"bytes", log_->torn_bytes()}});
  tell_head();
}

Auditor::~Auditor() {
  if (!log_) return;
  record_unknown();
  record("stopped", {});
  if (const Status synced = log_->syncing()(); !synced) spdlog::error("{}", synced.error().message);
  spdlog::info("audit head {}", audit::to_string(log_->head()));
}

bool Auditor::may_go_on() {
  if (missing_ == 0 || config_.audit.when_unwritable == config::AuditFailure::proceed) return true;
  return write("resumed", {});
}

void Auditor::record(std::string_view event, const json::object& fields) {
  if (!log_ || write(event, fields)) return;
  ++missing_;
  ++missing_total_;
}

std::optional<Auditor::Reading> Auditor::read() const {
  if (!log_) return std::nullopt;
  return Reading{log_->head().sequence, missing_total_, log_->disk_bytes(), missing_ == 0};
}

bool Auditor::write(std::string_view event, const json::object& fields) {
  json::object record{{"time", format_time(wall_clock())}, {"event", event}};
  if (missing_ != 0) record["missing_before"] = missing_;
  for (const auto& field : fields) record.insert(field);
  const Status written = log_->record(json::serialize(record));
  if (!written) {
    if (missing_ == 0) spdlog::critical("nothing is audited: {}", written.error().message);
    return false;
  }
  if (std::exchange(missing_, 0) != 0) spdlog::warn("the audit log is written again");
  sync_soon();
  return true;
}

void Auditor::follow(const std::shared_ptr<Exchange>& exchange) {
  if (!log_) return;
  exchange->on_over([this, raw = exchange.get()](int status) { record_request(*raw, status); });
}

void Auditor::record_request(Exchange& exchange, int status) {
  using Entry = UnknownCallers::Entry;
  if (is_of_unknown(exchange, status) &&
      unknown_.enter(std::chrono::steady_clock::now()) == Entry::counted) {
    return record_unknown_soon();
  }
  json::object fields = request_fields(exchange, status);
  const LogFields& log = exchange.log();
  if (!log.outcome.empty()) fields["outcome"] = log.outcome;
  for (const auto& field : log.audited) fields.insert(field);
  record("request", fields);
}

void Auditor::record_unknown_soon() {
  if (std::exchange(unknown_due_, true)) return;
  unknown_timer_.expires_at(*unknown_.rest_due());
  unknown_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    unknown_due_ = false;
    record_unknown();
  });
}

void Auditor::record_unknown() {
  const std::size_t requests = unknown_.take_rest();
  if (requests != 0) record("unknown_callers", {{"requests", requests}});
}

json::value Auditor::question(std::string_view text) const {
  if (!log_) return nullptr;
  switch (config_.audit.questions) {
    case config::AuditedText::whole:
      return json::value(text);
    case config::AuditedText::masked:
      return json::value(masked(text, config_.privacy));
    case config::AuditedText::digest:
      return json::value(log_->digest(text));
    case config::AuditedText::none:
      break;
  }
  return nullptr;
}

void Auditor::sync_soon() {
  if (std::exchange(sync_due_, true)) return;
  sync_.expires_after(sync_after);
  sync_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    sync_due_ = false;
    workers_.run(log_->syncing(), [](const Status& synced) {
      if (!synced) spdlog::error("{}", synced.error().message);
    });
  });
}

// In another log, perhaps on another host, so that a log that was written anew shows.
void Auditor::tell_head() {
  spdlog::info("audit head {}", audit::to_string(log_->head()));
  tell_.expires_after(tell_every);
  tell_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell_head();
  });
}

}  // namespace seekd::daemon
