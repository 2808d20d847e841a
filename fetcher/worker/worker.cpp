#include "fetcher/worker/worker.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetcher/passing.h"
#include "fetcher/sandbox/attempts.h"
#include "fetcher/wire.h"
#include "fetcher/worker/hub_listing.h"
#include "fetcher/worker/page_content.h"
#include "fetcher/worker/retry_after.h"
#include "fetcher/worker/search/opensearch.h"
#include "fetcher/worker/search/search_reply.h"
#include "fetcher/worker/tls_server.h"
#include "fetcher/worker/transfer.h"
#include "fetcher/worker/tunnel.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

constexpr std::size_t job_bytes_max = 16 * 1024;
constexpr int status_redirects[] = {301, 302, 303, 307, 308};

struct Order {
  Result<WorkerJob> job;
  Descriptor connection;
  Descriptor sink;  // of a file, a listing or an upstream
  Descriptor body;  // of a chat
};

// The broker ends the job by shutting down its direction. Without a job there is nothing to do: the
// broker has gone.
Order receive_order(int channel) {
  std::string bytes(job_bytes_max, '\0');
  std::size_t size = 0;
  Passed passed;
  while (size < bytes.size()) {
    const ssize_t got =
        receive_with_descriptors(channel, bytes.data() + size, bytes.size() - size, passed);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || (got == 0 && size == 0)) _exit(1);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  auto& [connection, sink, body] = passed.descriptors;
  return {decode_job(std::string_view(bytes).substr(0, size)), std::move(connection),
          std::move(sink), std::move(body)};
}

WorkerReply failed(EgressReason reason, std::string message) {
  WorkerReply reply;
  reply.reason = reason;
  reply.message = std::move(message);
  reply.message.resize(std::min(reply.message.size(), message_bytes_max));
  return reply;
}

WorkerReply redirect_reply(const ResponseHead& head) {
  const auto& location = head.location();
  if (!location || location->empty() || location->size() > location_bytes_max) {
    return failed(EgressReason::redirect_invalid,
                  fmt::format("status {} without one Location of at most {} bytes", head.status(),
                              location_bytes_max));
  }
  WorkerReply reply;
  reply.kind = WorkerReplyKind::redirect;
  reply.location = *location;
  return reply;
}

WorkerReply not_modified_reply(const WorkerJob& job, const ResponseHead& head) {
  if (job.etag.empty() && job.last_modified.empty()) {
    return failed(EgressReason::http_error, "status 304 to a request without a condition");
  }
  FetchedPage page;
  page.headers = head.caching();
  WorkerReply reply;
  reply.kind = WorkerReplyKind::not_modified;
  reply.content = content_line(page);
  return reply;
}

WorkerReply page_reply(const Transfer& transfer, const policy::Url& url,
                       const config::FetcherConfig& config) {
  const auto page = page_of(transfer, url, config);
  if (!page) return failed(page.error().reason, page.error().message);
  WorkerReply reply;
  reply.kind = WorkerReplyKind::page;
  reply.content = content_line(*page);
  if (reply.content.size() > config.reply_bytes_max) {
    return failed(EgressReason::body_too_large, "the page's text is over fetcher.reply_bytes_max");
  }
  return reply;
}

WorkerReply delivered() {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::delivered;
  return reply;
}

WorkerReply listing_reply(const Transfer& transfer, const Descriptor& sink) {
  const auto listing = read_hub_listing(transfer.body, transfer.head.link());
  if (!listing) return failed(EgressReason::content_invalid, listing.error().message);
  const bool taken = write_all(sink.get(), to_json(*listing));
  return taken ? delivered() : failed(EgressReason::internal, "nobody reads the listing");
}

// A redirect is an answer like others: what was to be told is told to nobody else.
WorkerReply notice_reply(int status) {
  if (status >= 200 && status < 300) return delivered();
  return failed(EgressReason::http_error, fmt::format("the receiver answered status {}", status));
}

WorkerReply told(const SearchContent& content) {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::search;
  reply.content = content_line(content);
  return reply;
}

// A server that is down has not answered the question, unless it wants to see a person first.
WorkerReply search_reply(const WorkerJob& job, const Transfer& transfer) {
  const int status = transfer.head.status();
  const auto content = read_search_reply({status, transfer.head.content_type(), transfer.body},
                                         {job.dialect, job.results_max, job.places, job.url});
  if (content) return told(*content);
  return failed(EgressReason::http_error, fmt::format("the server answered status {}", status));
}

WorkerReply description_reply(const Transfer& transfer) {
  const auto found = read_search_description(transfer.body, transfer.head.content_type());
  if (!found) return told({SearchFailure::refused, found.error().message, {}, {}});
  WorkerReply reply;
  reply.kind = WorkerReplyKind::description;
  reply.location = *found;
  return reply;
}

WorkerReply reply_to(const WorkerJob& job, const Transfer& transfer, const Descriptor& sink,
                     const config::FetcherConfig& config) {
  if (transfer.fault) return failed(transfer.fault->reason, transfer.fault->message);
  const int status = transfer.head.status();
  if (job.kind == JobKind::notice) return notice_reply(status);
  if (std::ranges::find(status_redirects, status) != std::end(status_redirects))
    return redirect_reply(transfer.head);
  if (status == 304) return not_modified_reply(job, transfer.head);
  if (job.kind == JobKind::robots && status >= 200 && status < 300) {
    WorkerReply reply;
    reply.kind = WorkerReplyKind::robots;
    reply.rules = policy::parse_robots(transfer.body, config.user_agent);
    return reply;
  }
  if (job.kind == JobKind::page && (status == 200 || status == 203)) {
    return page_reply(transfer, job.url, config);
  }
  if (job.kind == JobKind::search) return search_reply(job, transfer);
  if (job.kind == JobKind::description && status == 200) return description_reply(transfer);
  if (job.kind == JobKind::listing && status == 200) return listing_reply(transfer, sink);
  if (is_upstream(job.kind) && status == 200) return delivered();
  if (job.kind == JobKind::file && (status == 200 || status == 206)) return delivered();
  return failed(EgressReason::http_error, fmt::format("the server answered status {}", status));
}

// The zygote knows the configuration of its start; what may change since, or be a site's own, comes
// with the job.
config::FetcherConfig config_for(const WorkerJob& job, config::FetcherConfig config) {
  config.user_agent = job.user_agent;
  config.wire_bytes_max = job.wire_bytes_max;
  config.decoded_bytes_max = job.decoded_bytes_max;
  config.content_types = job.content_types;
  return config;
}

// The memfd is sealed: it is as long as the broker has seen that it is, and stays so.
std::optional<std::string> read_body(const Descriptor& memory, std::uint64_t bytes) {
  std::string body(bytes, '\0');
  std::size_t size = 0;
  while (size < body.size()) {
    const ssize_t got = read(memory.get(), body.data() + size, body.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    size += static_cast<std::size_t>(got);
  }
  return body;
}

WorkerReply work(Order& order, X509_STORE* roots, const config::FetcherConfig& start_config) {
  const Result<WorkerJob>& job = order.job;
  if (!job) return failed(EgressReason::internal, job.error().message);
  if (!job->pem.empty() && !trust(roots, job->pem)) {
    return failed(EgressReason::internal, "the self-test's authority is no certificate");
  }
  const config::FetcherConfig config = config_for(*job, start_config);
  const auto body = read_body(order.body, job->body_bytes);
  if (!body) return failed(EgressReason::internal, "what is to be sent cannot be read");
  const Transfer result =
      transfer(*job, std::move(order.connection), order.sink, *body, roots, config);
  WorkerReply reply = reply_to(*job, result, order.sink, config);
  reply.http_status = static_cast<std::uint16_t>(result.head.status());
  reply.wire_bytes = result.wire_bytes;
  const auto now = std::chrono::system_clock::now();
  reply.retry_after = pause_asked_for(result.head, std::chrono::floor<std::chrono::seconds>(now));
  return reply;
}

WorkerReply self_test(int channel) {
  WorkerReply reply;
  reply.kind = WorkerReplyKind::page;
  reply.content = boost::json::serialize(to_json(try_as_worker(channel)));
  return reply;
}

WorkerReply reply_to(Order& order, int channel, X509_STORE* roots,
                     const config::FetcherConfig& config) {
  if (order.job && order.job->kind == JobKind::self_test) return self_test(channel);
  if (order.job && order.job->kind == JobKind::tls_server) {
    return serve_tls(order.job->pem, order.connection);
  }
  if (order.job && order.job->kind == JobKind::tunnel) {
    return open_tunnel(*order.job, order.connection);
  }
  return work(order, roots, config);
}

}  // namespace

void run_worker(Descriptor channel, X509_STORE* roots, const config::FetcherConfig& config) {
  try {
    Order order = receive_order(channel.get());
    const std::string reply = encode(reply_to(order, channel.get(), roots, config));
    // Who reads the pipe is told of its end no later than of the reply.
    order.sink.reset();
    write_all(channel.get(), reply);
    // The broker need not wait until the kernel has taken the process apart.
    shutdown(channel.get(), SHUT_WR);
  } catch (const std::exception&) {
    _exit(1);  // the broker sees an end without a reply: worker_failed
  }
  _exit(0);  // no destructors: what they would touch is the page's, and goes with the process
}

}  // namespace seekd::fetcher
