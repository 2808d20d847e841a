#include "fetcher/broker/log.h"

#include <algorithm>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <syslog.h>

namespace seekd::fetcher {
namespace {

// "<4>": the journal's priority of a line.
class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const char digit = static_cast<char>('0' + priority(message.level));
    for (const char c : {'<', digit, '>'}) out.push_back(c);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PriorityFlag>();
  }

 private:
  static int priority(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::critical:
        return LOG_CRIT;
      case spdlog::level::err:
        return LOG_ERR;
      case spdlog::level::warn:
        return LOG_WARNING;
      case spdlog::level::info:
        return LOG_INFO;
      default:
        return LOG_DEBUG;
    }
  }
};

// A URL may hold anything: a line stays one line, a value ends at its quote, and a terminal is not
// written to.
std::string printable_url(std::string_view text) {
  std::string line(text.substr(0, policy::url_bytes_max));
  std::ranges::replace_if(line, [](char c) { return c <= ' ' || c > '~' || c == '"'; }, '?');
  return line;
}

// Messages quote what they name.
std::string printable_sentence(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '"', '\'');
  std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

}  // namespace

std::shared_ptr<spdlog::logger> make_log(const char* journal_stream) {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
  auto log = std::make_shared<spdlog::logger>("seekd-fetcher", std::move(sink));
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PriorityFlag>('*');
  formatter->set_pattern(journal_stream != nullptr ? "%*%v" : "%Y-%m-%dT%H:%M:%S.%e %l %v");
  log->set_formatter(std::move(formatter));
  log->flush_on(spdlog::level::trace);
  return log;
}

void log_verdict(spdlog::logger& log, const FetchRequest& request, const FetchReply& reply) {
  const bool usable = reply.reason == policy::EgressReason::allowed;
  const std::string_view provenance =
      request.provenance ? policy::to_string(*request.provenance) : "none";
  log.log(usable ? spdlog::level::info : spdlog::level::warn,
          "fetch outcome={} reason={} provenance={} url=\"{}\" last_url=\"{}\" status={} bytes={} "
          "retry_after={} trace_id={} detail=\"{}\"",
          to_string(reply.outcome), policy::to_string(reply.reason), provenance,
          printable_url(request.url), reply.hops.empty() ? "" : printable_url(reply.hops.back()),
          reply.http_status, reply.wire_bytes, reply.retry_after.count(),
          request.trace_id.empty() ? "-" : request.trace_id, printable_sentence(reply.message));
}

void log_verdict(spdlog::logger& log, const DownloadRequest& request, const FetchReply& reply) {
  const bool usable = reply.reason == policy::EgressReason::allowed;
  const std::string last = reply.hops.empty() ? "" : reply.hops.back();
  log.log(
      usable ? spdlog::level::info : spdlog::level::warn,
      "download outcome={} reason={} provenance={} wanted={} url=\"{}\" last_url=\"{}\" status={} "
      "bytes={} offset={} retry_after={} detail=\"{}\"",
      to_string(reply.outcome), policy::to_string(reply.reason),
      policy::to_string(policy::Provenance::model_pull),
      request.wanted == Wanted::file ? "file" : "listing", printable_url(request.url),
      printable_url(last.substr(0, last.find('?'))), reply.http_status, reply.wire_bytes,
      request.offset, reply.retry_after.count(), printable_sentence(reply.message));
}

void log_verdict(spdlog::logger& log, const UpstreamRequest& request, const FetchReply& reply) {
  const bool usable = reply.reason == policy::EgressReason::allowed;
  log.log(usable ? spdlog::level::info : spdlog::level::warn,
          "upstream outcome={} reason={} provenance={} upstream={} path={} status={} sent={} "
          "bytes={} retry_after={} detail=\"{}\"",
          to_string(reply.outcome), policy::to_string(reply.reason),
          policy::to_string(policy::Provenance::model_request), printable_url(request.upstream),
          policy::to_string(request.path), reply.http_status, request.body_bytes, reply.wire_bytes,
          reply.retry_after.count(), printable_sentence(reply.message));
}

// Not what was asked: a question is nobody's business but the provider's.
void log_search(spdlog::logger& log, const SearchRequest& request, const FetchReply& reply) {
  const bool usable = reply.reason == policy::EgressReason::allowed;
  log.log(usable ? spdlog::level::info : spdlog::level::warn,
          "search outcome={} reason={} provenance={} provider={} status={} bytes={} "
          "retry_after={} trace_id={} detail=\"{}\"",
          to_string(reply.outcome), policy::to_string(reply.reason),
          policy::to_string(policy::Provenance::search_query), printable_url(request.provider),
          reply.http_status, reply.wire_bytes, reply.retry_after.count(),
          request.trace_id.empty() ? "-" : request.trace_id, printable_sentence(reply.message));
}

void log_notice(spdlog::logger& log, std::string_view webhook, std::string_view trace_id,
                const FetchReply& reply) {
  const bool usable = reply.reason == policy::EgressReason::allowed;
  log.log(usable ? spdlog::level::info : spdlog::level::warn,
          "notice outcome={} reason={} provenance={} webhook={} status={} bytes={} retry_after={} "
          "trace_id={} detail=\"{}\"",
          to_string(reply.outcome), policy::to_string(reply.reason),
          policy::to_string(policy::Provenance::webhook), printable_url(webhook), reply.http_status,
          reply.wire_bytes, reply.retry_after.count(), trace_id.empty() ? "-" : trace_id,
          printable_sentence(reply.message));
}

}  // namespace seekd::fetcher
