#include "fetcher/worker/message.h"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <limits>

#include "fetcher/wire.h"
#include "fetcher/wire_upstream.h"

namespace seekd::fetcher {
namespace {

class Writer {
 public:
  template <std::unsigned_integral Number>
  void number(Number value) {
    // Both ends are one program on one machine: the order of its bytes is the machine's.
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first fault every read gives zeroes and empty texts; ask end() before believing any.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral Number>
  Number number(Number max = std::numeric_limits<Number>::max()) {
    Number value = 0;
    if (rest_.size() < sizeof value) return fault<Number>("ends early", ErrorCode::corrupt);
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value <= max ? value : fault<Number>("holds a number out of range", ErrorCode::corrupt);
  }

  std::string text(std::size_t bytes_max) {
    const auto size = number<std::uint32_t>();
    if (size > bytes_max) {
      return fault<std::string>("holds a text that is too long", ErrorCode::too_large);
    }
    if (size > rest_.size()) return fault<std::string>("ends early", ErrorCode::corrupt);
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  bool failed() const { return error_.has_value(); }

  Status end(const char* what) {
    if (!error_ && !rest_.empty()) fault<int>("has bytes after its end", ErrorCode::corrupt);
    if (error_) return fail(error_->code, what + (" " + error_->message));
    return {};
  }

 private:
  template <class Value>
  Value fault(const char* message, ErrorCode code) {
    if (!error_) error_ = Error{code, message};
    rest_ = {};
    return Value{};
  }

  std::string_view rest_;
  std::optional<Error> error_;
};

constexpr std::string policy::ResultPlaces::* places[] = {
    &policy::ResultPlaces::results, &policy::ResultPlaces::url, &policy::ResultPlaces::title,
    &policy::ResultPlaces::snippet, &policy::ResultPlaces::published};

policy::RobotsRules read_rules(Reader& reader) {
  policy::RobotsRules rules;
  const auto count = reader.number<std::uint32_t>(policy::robots_rules_max);
  // All of them together: percent-encoding a pattern makes three bytes of one.
  std::size_t bytes_left = 3 * policy::robots_bytes_max;
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    const auto verb = static_cast<policy::RobotsVerb>(reader.number<std::uint8_t>(1));
    rules.rules.push_back({verb, reader.text(bytes_left)});
    bytes_left -= rules.rules.back().pattern.size();
  }
  rules.crawl_delay = std::chrono::milliseconds(
      reader.number(static_cast<std::uint32_t>(policy::crawl_delay_max.count())));
  return rules;
}

}  // namespace

std::string encode(const WorkerJob& job) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(job.kind));
  writer.text(job.url.scheme);
  writer.text(job.url.host);
  writer.number(job.url.port);
  writer.text(job.url.target);
  writer.text(job.etag);
  writer.text(job.last_modified);
  writer.number(job.time_ms_max);
  writer.text(job.user_agent);
  writer.text(job.proxy);
  writer.text(job.proxy_credential);
  writer.number(job.wire_bytes_max);
  writer.number(job.decoded_bytes_max);
  writer.number(static_cast<std::uint32_t>(job.content_types.size()));
  for (const std::string& type : job.content_types) writer.text(type);
  writer.number(job.offset);
  writer.number(job.file_bytes);
  writer.number(job.stall_s_max);
  writer.number(job.body_bytes);
  writer.number(static_cast<std::uint8_t>(job.dialect));
  writer.number(job.results_max);
  for (const auto place : places) writer.text(job.places.*place);
  writer.text(job.secret_field);
  writer.text(job.pem);
  writer.text(job.body);
  writer.number(static_cast<std::uint32_t>(job.fields.size()));
  for (const std::string& field : job.fields) writer.text(field);
  return writer.take();
}

Result<WorkerJob> decode_job(std::string_view bytes) {
  Reader reader(bytes);
  WorkerJob job;
  job.kind = static_cast<JobKind>(reader.number(static_cast<std::uint8_t>(JobKind::notice)));
  job.url.scheme = reader.text(policy::url_bytes_max);
  job.url.host = reader.text(policy::url_bytes_max);
  job.url.port = reader.number<std::uint16_t>();
  job.url.target = reader.text(policy::url_bytes_max);
  job.etag = reader.text(validator_bytes_max);
  job.last_modified = reader.text(validator_bytes_max);
  job.time_ms_max = reader.number<std::uint32_t>();
  job.user_agent = reader.text(job_text_bytes_max);
  job.proxy = reader.text(job_text_bytes_max);
  job.proxy_credential = reader.text(proxy_credential_bytes_max);
  job.wire_bytes_max = reader.number<std::uint64_t>();
  job.decoded_bytes_max = reader.number<std::uint64_t>();
  const auto types = reader.number<std::uint32_t>(policy::content_types_max);
  for (std::uint32_t i = 0; i < types && !reader.failed(); ++i) {
    job.content_types.push_back(reader.text(job_text_bytes_max));
  }
  job.offset = reader.number<std::uint64_t>();
  job.file_bytes = reader.number<std::uint64_t>();
  job.stall_s_max = reader.number<std::uint32_t>();
  job.body_bytes = reader.number(std::uint64_t{upstream_body_bytes_max});
  job.dialect = static_cast<policy::SearchKind>(
      reader.number(static_cast<std::uint8_t>(policy::SearchKind::custom)));
  job.results_max = reader.number(static_cast<std::uint32_t>(policy::search_results_max));
  for (const auto place : places) job.places.*place = reader.text(policy::result_place_bytes_max);
  job.secret_field = reader.text(secret_field_bytes_max);
  job.pem = reader.text(pem_bytes_max);
  job.body = reader.text(policy::notice_bytes_max);
  const auto fields = reader.number<std::uint32_t>(notice_fields_max);
  for (std::uint32_t i = 0; i < fields && !reader.failed(); ++i) {
    job.fields.push_back(reader.text(job_text_bytes_max));
  }
  if (auto end = reader.end("worker job"); !end) return std::unexpected(end.error());
  return job;
}

std::string encode(const WorkerReply& reply) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(reply.kind));
  writer.number(static_cast<std::uint8_t>(reply.reason));
  writer.number(reply.http_status);
  writer.number(reply.wire_bytes);
  writer.number(static_cast<std::uint32_t>(reply.retry_after.count()));
  writer.text(reply.message);
  writer.text(reply.location);
  writer.number(static_cast<std::uint32_t>(reply.rules.rules.size()));
  for (const policy::RobotsRule& rule : reply.rules.rules) {
    writer.number(static_cast<std::uint8_t>(rule.verb));
    writer.text(rule.pattern);
  }
  writer.number(static_cast<std::uint32_t>(reply.rules.crawl_delay.count()));
  writer.text(reply.content);
  return writer.take();
}

Result<WorkerReply> decode_reply(std::string_view bytes, std::size_t content_bytes_max) {
  Reader reader(bytes);
  WorkerReply reply;
  reply.kind = static_cast<WorkerReplyKind>(
      reader.number(static_cast<std::uint8_t>(WorkerReplyKind::failed)));
  reply.reason = static_cast<policy::EgressReason>(
      reader.number(static_cast<std::uint8_t>(policy::EgressReason::internal)));
  reply.http_status = reader.number<std::uint16_t>(999);
  reply.wire_bytes = reader.number<std::uint64_t>();
  reply.retry_after =
      std::chrono::seconds(reader.number(static_cast<std::uint32_t>(retry_after_max.count())));
  reply.message = reader.text(message_bytes_max);
  reply.location = reader.text(location_bytes_max);
  reply.rules = read_rules(reader);
  reply.content = reader.text(content_bytes_max);
  if (auto end = reader.end("worker reply"); !end) return std::unexpected(end.error());
  // The verdict is the broker's, and the message ends up in its log.
  if (reply.reason == policy::EgressReason::allowed) {
    reply.reason = policy::EgressReason::internal;
  }
  std::ranges::replace_if(reply.message, [](char c) { return c < ' ' || c > '~'; }, '?');
  return reply;
}

}  // namespace seekd::fetcher
